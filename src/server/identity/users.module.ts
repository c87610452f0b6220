import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmailTrust } from './email-trust.js';
import { PasswordHasher } from './password-hasher.js';
import { User } from './user.entity.js';
import { UserRows } from './user-rows.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  providers: [EmailTrust, PasswordHasher, UserRows, UsersService],
  exports: [PasswordHasher, UserRows, UsersService],
})
export class UsersModule {}
