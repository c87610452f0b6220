import { Module } from '@nestjs/common';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../identity/users.module.js';
import { VerificationModule } from '../email/verification.module.js';
import { EmailChangeMailer } from './email-change-mailer.js';
import { EmailChangeRows } from './email-change-rows.js';
import { EmailChangeTokens } from './email-change-tokens.js';
import { EmailChangesCleaner } from './email-changes.cleaner.js';
import { FormerAddresses } from './former-addresses.js';
import { FormerAddressesCleaner } from './former-addresses.cleaner.js';

/** Gives accounts another address, without the routes. */
@Module({
  imports: [SessionsModule, UsersModule, VerificationModule],
  providers: [
    EmailChangeMailer,
    EmailChangeRows,
    EmailChangesCleaner,
    EmailChangeTokens,
    FormerAddresses,
    FormerAddressesCleaner,
  ],
  exports: [EmailChangeMailer, EmailChangeRows, EmailChangeTokens, FormerAddresses],
})
export class EmailChangeModule {}
