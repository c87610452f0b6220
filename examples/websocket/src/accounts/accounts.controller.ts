import { Body, HttpCode, Post, Req } from '@nestjs/common';
import { IsString, MaxLength, MinLength } from 'class-validator';
import {
  type Actor,
  AuthRoutes,
  BodyPipe,
  clientOf,
  EndsSessions,
  type HttpRequest,
  LoginService,
  MfaError,
  RequireSignIn,
  SignedIn,
} from 'nestjs-mfa';
import { Accounts } from './accounts.js';
import { subjectOf } from './ports.module.js';

class Credentials {
  @IsString()
  @MaxLength(64)
  readonly name!: string;

  @IsString()
  @MinLength(12)
  @MaxLength(256)
  readonly password!: string;
}

/** Sign-in stays with HTTP. Its routes are beside those of the library, below /api/auth. */
@AuthRoutes('', 'Accounts')
export class AccountsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly logins: LoginService,
  ) {}

  @Post('register')
  @HttpCode(204)
  async register(@Body(BodyPipe) { name, password }: Credentials) {
    await this.accounts.register(name, password);
  }

  @Post('login')
  @HttpCode(200)
  async login(@Body(BodyPipe) { name, password }: Credentials, @Req() request: HttpRequest) {
    const user = await this.accounts.checkPassword(name, password);
    if (user === null) throw new MfaError('invalid_credentials');
    const first = { subject: subjectOf(user), amr: ['pwd'] };
    const outcome = await this.logins.begin(first, clientOf(request));
    if (outcome.kind === 'passed') return outcome.tokens;
    const { ephemeralToken, method } = outcome.pending;
    return { ephemeral_token: ephemeralToken, method };
  }

  @Post('logout')
  @HttpCode(204)
  @RequireSignIn()
  @EndsSessions(true)
  async logout(@SignedIn() { sessionId }: Actor) {
    if (sessionId !== null) await this.accounts.endSession(sessionId);
  }
}
