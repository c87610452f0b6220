import { Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  clientOf,
  jsonSchemaOf,
  type JsonObject,
  LoginService,
  networkOf,
} from '../../mfa/index.js';
import { UserSubject } from '../identity/user-subject.js';
import { acceptedLanguage } from '../texts/languages.js';
import { RateLimitGuard } from '../rate-limit/rate-limit.guard.js';
import { SubjectBudget } from '../rate-limit/subject-budget.js';
import { UsersService } from '../identity/users.service.js';
import { ProviderResponse } from '../identity/auth.responses.js';
import { SecondFactorResponse, SignedInResponse } from '../sessions/login.responses.js';
import { FirstFactorGuard, type ProvenRequest } from './first-factor.guard.js';
import { FirstFactors, sessionProviderOf } from './first-factors.js';
import { loginAnswer } from '../sessions/login-answer.js';
import { LOGIN_OPERATION, LOGIN_RESPONSE_SCHEMA } from './login-document.js';
import { LoginFailures } from './login-failures.js';

/** The first step of a login. The second one is the library's. */
@AuthRoutes('', 'Sign-in')
export class LoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly factors: FirstFactors,
    private readonly failures: LoginFailures,
    private readonly users: UsersService,
    private readonly budget: SubjectBudget,
  ) {}

  @Post('login')
  @HttpCode(200)
  @UseGuards(RateLimitGuard, FirstFactorGuard)
  @ApiOperation({
    operationId: LOGIN_OPERATION,
    summary: 'Sign in with a first factor',
    description:
      'Gives tokens when the account has no active second factor, or with the `trusted_device` of a device that is remembered; else an ephemeral token for `login/verify/`.',
  })
  @ApiBody({ schema: { type: 'object' } })
  @ApiExtraModels(SignedInResponse, SecondFactorResponse)
  @ApiOkResponse({
    description: 'Signed in, or asked for a second factor.',
    schema: LOGIN_RESPONSE_SCHEMA,
  })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_credentials', 'rate_limited')
  async login(@Req() request: ProvenRequest): Promise<JsonObject> {
    const { amr, supportsMfa } = request.firstFactor.factor;
    const provider = sessionProviderOf(request.firstFactor);
    const subject = new UserSubject(request.user);
    const { ip } = clientOf(request);
    const credentialId = networkOf(ip);
    // Each login opens a challenge or a session. A stranger cannot spend this budget: the first factor
    // was right.
    await this.budget.spend({ kind: 'login', subjectId: subject.id, credentialId, ip });
    const { trustedDevice } = request;
    const device = { ...(trustedDevice !== undefined && { trustedDevice }) };
    const first = { subject, amr, provider, supportsMfa, ...device };
    const outcome = await this.failures.watch(request, this.logins.begin(first, clientOf(request)));
    if (outcome.kind === 'passed') await this.rememberLanguage(request);
    return loginAnswer(outcome);
  }

  /** Mails use the language of the last complete sign-in. */
  private async rememberLanguage({ user, headers }: ProvenRequest): Promise<void> {
    await this.users.rememberLanguage(user.id, acceptedLanguage(headers));
  }

  @Get('providers')
  @ApiOperation({ operationId: 'listProviders', summary: 'First factors on offer' })
  @ApiOkResponse({ type: [ProviderResponse] })
  @ApiProblems()
  listProviders(): ProviderResponse[] {
    return this.factors.all.map(({ type, id, name, factor }) => ({
      type,
      id,
      name,
      supports_mfa: factor.supportsMfa,
      schema: jsonSchemaOf(factor.schema),
    }));
  }
}
