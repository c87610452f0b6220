import { Body, Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { MfaAccounts } from 'nestjs-mfa';
import { Credentials } from './credentials.js';
import { Public, type SignedInRequest } from './session.guard.js';
import { Users } from './users.js';

@Controller('account')
export class AccountController {
  constructor(
    private readonly users: Users,
    private readonly secondFactors: MfaAccounts,
  ) {}

  @Public()
  @Post()
  async register(@Body() { email, password }: Credentials) {
    const { id } = await this.users.register(email, password);
    return { id, email };
  }

  @Get()
  async show(@Req() { session }: SignedInRequest) {
    const user = await this.users.findById(session.userId);
    return { id: session.userId, email: user?.email, amr: session.amr };
  }

  @Delete()
  @HttpCode(204)
  async close(@Req() { session }: SignedInRequest) {
    await this.users.remove(session.userId);
    await this.secondFactors.forget(String(session.userId));
  }
}
