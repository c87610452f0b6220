import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountController } from './account.controller.js';
import { LoginController } from './login.controller.js';
import { Session } from './session.entity.js';
import { SessionGuard } from './session.guard.js';
import { Sessions } from './sessions.js';
import { User } from './user.entity.js';
import { Users } from './users.js';

@Module({
  imports: [TypeOrmModule.forFeature([User, Session])],
  controllers: [AccountController, LoginController],
  providers: [Users, Sessions, { provide: APP_GUARD, useClass: SessionGuard }],
  exports: [Users, Sessions],
})
export class AccountsModule {}
