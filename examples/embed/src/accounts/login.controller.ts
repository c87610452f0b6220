import { Body, Controller, HttpCode, Post, Req, Res, UnauthorizedException } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { clientOf, IssuedResponses, LoginService } from 'nestjs-mfa';
import { subjectOf } from '../mfa/subject.js';
import { Credentials } from './credentials.js';
import { Public } from './session.guard.js';
import { Users } from './users.js';

@Public()
@Controller('login')
export class LoginController {
  constructor(
    private readonly users: Users,
    private readonly logins: LoginService,
    private readonly answers: IssuedResponses,
  ) {}

  @Post()
  @HttpCode(200)
  async login(
    @Body() { email, password }: Credentials,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const user = await this.users.checkPassword(email, password);
    if (user === null) throw new UnauthorizedException();
    const first = { subject: subjectOf(user), amr: ['pwd'] };
    const outcome = await this.logins.begin(first, clientOf(request));
    if (outcome.kind === 'passed') return this.answers.write(outcome, response);
    const { ephemeralToken, method, methods, challenge } = outcome.pending;
    return { second_step: ephemeralToken, method, methods, challenge };
  }
}
