import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmailTrust } from './email-trust.js';
import { Argon2id } from './hashes/argon2id.js';
import { HashCensus } from './hashes/hash-census.js';
import { loadArgon2id } from './hashes/load-argon2id.js';
import { PasswordHasher } from './password-hasher.js';
import { User } from './user.entity.js';
import { UserRows } from './user-rows.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  providers: [
    { provide: Argon2id, useFactory: () => loadArgon2id() },
    EmailTrust,
    HashCensus,
    PasswordHasher,
    UserRows,
    UsersService,
  ],
  exports: [PasswordHasher, UserRows, UsersService],
})
export class UsersModule {}
