import { Get, HttpCode, Post, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
} from '@nestjs/swagger';
import { type Actor } from '../../core/access/actor.js';
import { EnrolmentService } from '../../core/methods/enrolment.service.js';
import { type JsonObject } from '../../contract/handler.js';
import { MethodAskingService } from '../../core/methods/method-asking.service.js';
import { MethodRemoval } from '../../core/methods/method-removal.js';
import { MethodService } from '../../core/methods/method.service.js';
import { type SignedInAccount } from '../../core/access/present-accounts.js';
import { NoFields, readFields } from '../../contract/read-fields.js';
import { BodyPipe, type OpenBody, OpenBodyPipe, proofIn } from '../requests/body.pipes.js';
import {
  ACCESS_PROBLEMS,
  ApiProblems,
  BODY_PROBLEMS,
  FRESH_PROOF_PROBLEMS,
  SESSION_PROOF_PROBLEMS,
  SENDING_PROBLEMS,
} from '../problems/api-problems.decorator.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import {
  MethodsRead,
  RequireFreshProof,
  RequireSignIn,
  SignedIn,
} from '../decorators/signed-in.decorators.js';
import { RequestBody } from '../decorators/body.decorators.js';
import {
  ChallengeResponse,
  MfaDetailResponse,
  MethodResponse,
  EnrolmentResponse,
} from '../dto/methods.responses.js';
import { AuthenticatorBody, MethodBody, PrimaryBody } from '../dto/methods.bodies.js';
import { OPERATIONS } from '../openapi/operations.js';
import { type HttpResponse, signalled } from './signalled.js';

const METHOD_PROBLEMS = [...FRESH_PROOF_PROBLEMS, ...BODY_PROBLEMS, 'method_unknown'] as const;

/** The methods of the signed-in subject. */
@AuthRoutes('mfa', 'Methods')
export class MethodsController {
  constructor(
    private readonly enrolment: EnrolmentService,
    private readonly methods: MethodService,
    private readonly removal: MethodRemoval,
    private readonly asking: MethodAskingService,
  ) {}

  @Get()
  @RequireSignIn()
  @ApiOperation({ operationId: OPERATIONS.listMethods, summary: 'List the methods' })
  @ApiOkResponse({ type: [MethodResponse] })
  @ApiProblems(...ACCESS_PROBLEMS)
  async list(@SignedIn() actor: Actor): Promise<MethodResponse[]> {
    const views = await this.methods.list(actor);
    return views.map((view) => new MethodResponse(view));
  }

  @Post()
  @RequireFreshProof()
  @ApiOperation({ operationId: OPERATIONS.setUpMethod, summary: 'Set a method up' })
  @ApiBody({ type: MethodBody })
  @ApiCreatedResponse({ type: EnrolmentResponse })
  @ApiProblems(...METHOD_PROBLEMS, 'method_exists', 'too_many_authenticators', ...SENDING_PROBLEMS)
  async setUp(
    @SignedIn() actor: Actor,
    @MethodsRead() known: SignedInAccount,
    @RequestBody(new OpenBodyPipe(MethodBody)) { fixed, rest }: OpenBody<MethodBody>,
  ): Promise<EnrolmentResponse> {
    const request = { handler: fixed.method, fields: rest, known };
    return new EnrolmentResponse(await this.enrolment.setUp(actor, request));
  }

  @Post('confirm')
  @RequireFreshProof()
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.confirmMethod,
    summary: 'Activate a method by its first proof',
  })
  @ApiBody({ type: AuthenticatorBody })
  @ApiOkResponse({ type: MfaDetailResponse, example: { detail: 'Activated MFA method' } })
  @ApiProblems(...METHOD_PROBLEMS, 'method_not_found', 'method_exists', ...SESSION_PROOF_PROBLEMS)
  async confirm(
    @SignedIn() actor: Actor,
    @RequestBody(new OpenBodyPipe(AuthenticatorBody)) { fixed, rest }: OpenBody<AuthenticatorBody>,
  ): Promise<MfaDetailResponse> {
    const { method: handler, authenticator_id: authenticatorId } = fixed;
    await this.enrolment.confirm(actor, { handler, authenticatorId, proof: rest });
    return { detail: 'Activated MFA method' };
  }

  @Post('primary')
  @RequireFreshProof()
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.makeMethodPrimary,
    summary: 'Make a method the one that a login asks for first',
  })
  @ApiBody({ type: PrimaryBody })
  @ApiOkResponse({ type: MfaDetailResponse, example: { detail: 'Updated primary MFA method' } })
  @ApiProblems(...METHOD_PROBLEMS, 'method_not_found', ...SESSION_PROOF_PROBLEMS)
  async makePrimary(
    @SignedIn() actor: Actor,
    @RequestBody(new OpenBodyPipe(PrimaryBody)) body: OpenBody<PrimaryBody>,
  ): Promise<MfaDetailResponse> {
    await this.methods.makePrimary(actor, body.fixed.method, primaryProofOf(body));
    return { detail: 'Updated primary MFA method' };
  }

  @Post('deactivate')
  @RequireFreshProof()
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.deactivateMethod,
    summary: 'Deactivate a method that is not the primary one',
  })
  @ApiBody({ type: MethodBody })
  @ApiOkResponse({ type: MfaDetailResponse, example: { detail: 'Deactivated MFA method' } })
  @ApiProblems(
    ...METHOD_PROBLEMS,
    'method_not_found',
    'method_is_primary',
    ...SESSION_PROOF_PROBLEMS,
  )
  async deactivate(
    @SignedIn() actor: Actor,
    @RequestBody(new OpenBodyPipe(MethodBody)) { fixed, rest }: OpenBody<MethodBody>,
  ): Promise<MfaDetailResponse> {
    await this.methods.deactivate(actor, fixed.method, rest);
    return { detail: 'Deactivated MFA method' };
  }

  @Post('delete')
  @RequireFreshProof()
  @HttpCode(204)
  @ApiOperation({ operationId: OPERATIONS.deleteMethod, summary: 'Delete a method' })
  @ApiBody({ type: MethodBody })
  @ApiNoContentResponse({ description: 'The method and its secret are gone.' })
  @ApiProblems(
    ...METHOD_PROBLEMS,
    'method_not_found',
    'delete_active_forbidden',
    'delete_primary_forbidden',
    'delete_last_forbidden',
    ...SESSION_PROOF_PROBLEMS,
  )
  async delete(
    @SignedIn() actor: Actor,
    @RequestBody(new OpenBodyPipe(MethodBody)) { fixed, rest }: OpenBody<MethodBody>,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<JsonObject | undefined> {
    return signalled(await this.removal.method(actor, fixed.method, proofIn(rest)), response);
  }

  @Post('send')
  @RequireFreshProof()
  @HttpCode(200)
  @ApiOperation({ operationId: OPERATIONS.sendCode, summary: 'Send a code of a method' })
  @ApiBody({ type: MethodBody })
  @ApiOkResponse({ type: MfaDetailResponse, example: { detail: 'MFA code sent' } })
  @ApiProblems(
    ...METHOD_PROBLEMS,
    'method_not_found',
    'dispatch_not_supported',
    ...SENDING_PROBLEMS,
  )
  async send(
    @SignedIn() actor: Actor,
    @RequestBody(BodyPipe) { method }: MethodBody,
  ): Promise<MfaDetailResponse> {
    await this.asking.send(actor, method);
    return { detail: 'MFA code sent' };
  }

  @Post('challenge')
  @RequireFreshProof()
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.challengeMethod,
    summary: 'Ask for what the proof of a method is made from',
    description:
      'For example the options of a security key; the code of a sent one is on its way. An active method is proven so to change factors, one that is not to switch it on again.',
  })
  @ApiBody({ type: AuthenticatorBody })
  @ApiOkResponse({ type: ChallengeResponse })
  @ApiProblems(...METHOD_PROBLEMS, 'method_not_found', ...SENDING_PROBLEMS)
  async challenge(
    @SignedIn() actor: Actor,
    @RequestBody(BodyPipe) { method, authenticator_id: authenticatorId }: AuthenticatorBody,
  ): Promise<ChallengeResponse> {
    return { challenge: await this.asking.challenge(actor, method, authenticatorId) };
  }
}

/** `primary_code`, or the fields of a proof as in other changes; not both. */
function primaryProofOf({ fixed, rest }: OpenBody<PrimaryBody>): Record<string, unknown> | null {
  if (fixed.primary_code === undefined) return proofIn(rest);
  readFields(NoFields, rest);
  return { code: fixed.primary_code };
}
