import { Body, Controller, HttpCode, Post, Req, UnauthorizedException } from '@nestjs/common';
import { type Request } from 'express';
import { clientOf, LoginService } from 'nestjs-mfa';
import { subjectOf } from '../mfa/subject.js';
import { Credentials } from './credentials.js';
import { Users } from './users.js';

@Controller('login')
export class LoginController {
  constructor(
    private readonly users: Users,
    private readonly logins: LoginService,
  ) {}

  @Post()
  @HttpCode(200)
  async login(@Body() { email, password }: Credentials, @Req() request: Request) {
    const user = await this.users.checkPassword(email, password);
    if (user === null) throw new UnauthorizedException();
    const first = { subject: subjectOf(user), amr: ['pwd'] };
    const outcome = await this.logins.begin(first, clientOf(request));
    if (outcome.kind === 'passed') return outcome.tokens;
    const { ephemeralToken, method, methods, challenge } = outcome.pending;
    return { second_step: ephemeralToken, method, methods, challenge };
  }
}
