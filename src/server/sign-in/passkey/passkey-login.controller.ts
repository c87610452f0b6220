import { Body, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import {
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  BodyPipe,
  clientOf,
  type JsonObject,
  networkOf,
  PasskeyLogin,
  type Subject,
} from '../../../mfa/index.js';
import { UsersService } from '../../identity/users.service.js';
import { RateLimitGuard } from '../../rate-limit/rate-limit.guard.js';
import { SubjectBudget } from '../../rate-limit/subject-budget.js';
import { loginAnswer } from '../../sessions/login-answer.js';
import { NewSessionResponse, SecondFactorResponse } from '../../sessions/login.responses.js';
import { acceptedLanguage } from '../../texts/languages.js';
import { type FirstFactorRequest } from '../first-factor.js';
import { FirstFactors, sessionProviderOf } from '../first-factors.js';
import { PASSKEY } from './passkey.factor.js';
import { PasskeyBody, PasskeyChallengeResponse } from './passkey.bodies.js';

/** The login that begins with a passkey, without a user name. */
@AuthRoutes('login/passkey', 'Sign-in')
export class PasskeyLoginController {
  constructor(
    private readonly passkeys: PasskeyLogin,
    private readonly factors: FirstFactors,
    private readonly users: UsersService,
    private readonly budget: SubjectBudget,
  ) {}

  @Post()
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'beginPasskeyLogin',
    summary: 'Ask for a passkey of anybody',
    description:
      'Pass `challenge` to `PublicKeyCredential.parseRequestOptionsFromJSON()`. Nothing is stored: the token is all that is kept of this login.',
  })
  @ApiOkResponse({ type: PasskeyChallengeResponse })
  @ApiProblems('rate_limited')
  begin(): PasskeyChallengeResponse {
    const { ephemeralToken, challenge, expiresAt } = this.passkeys.begin();
    return {
      ephemeral_token: ephemeralToken,
      challenge,
      expires_at: expiresAt.toISOString(),
    };
  }

  @Post('verify')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'verifyPasskeyLogin',
    summary: 'Sign in with a passkey',
    description:
      'A passkey that verified its person when it was registered, and now, is two factors and gives the tokens. Any other is one: the answer asks for a second factor, which is no security key.',
  })
  @ApiExtraModels(NewSessionResponse, SecondFactorResponse)
  @ApiOkResponse({
    description: 'Signed in, or asked for a second factor.',
    schema: {
      oneOf: [NewSessionResponse, SecondFactorResponse].map((model) => ({
        $ref: getSchemaPath(model),
      })),
    },
  })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_credentials', 'invalid_token', 'rate_limited')
  async verify(
    @Body(BodyPipe) { ephemeral_token: ephemeralToken, credential }: PasskeyBody,
    @Req() request: FirstFactorRequest,
  ): Promise<JsonObject> {
    const client = clientOf(request);
    const { ip } = client;
    const admit = ({ id: subjectId }: Subject) =>
      this.budget.spend({ kind: 'login', subjectId, credentialId: networkOf(ip), ip });
    const { provider } = this;
    const asked = { ephemeralToken, proof: { credential }, provider, admit };
    const { subject, outcome } = await this.passkeys.verify(asked, client);
    if (outcome.kind === 'pending') return loginAnswer(outcome);
    await this.users.rememberLanguage(subject.id, acceptedLanguage(request.headers));
    return outcome.tokens;
  }

  /** @throws {Error} where no passkeys are configured, and so no such route */
  private get provider(): string {
    const own = this.factors.all.find(({ type }) => type === PASSKEY);
    if (own === undefined) throw new Error('No passkeys are configured.');
    return sessionProviderOf(own);
  }
}
