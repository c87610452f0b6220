import { Module } from '@nestjs/common';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../identity/users.module.js';
import { ConfirmationBudget } from './confirmation-budget.js';
import { ConfirmationCounts } from './confirmation-counts.js';
import { EmailVerificationCleaner } from './email-verification.cleaner.js';
import { EmailVerificationMailer } from './email-verification-mailer.js';
import { EmailVerificationRows } from './email-verification-rows.js';
import { EmailVerificationTokens } from './email-verification-tokens.js';

/** Confirms addresses, without its routes. */
@Module({
  imports: [SessionsModule, UsersModule],
  providers: [
    ConfirmationBudget,
    ConfirmationCounts,
    EmailVerificationCleaner,
    EmailVerificationMailer,
    EmailVerificationRows,
    EmailVerificationTokens,
  ],
  exports: [
    ConfirmationBudget,
    ConfirmationCounts,
    EmailVerificationMailer,
    EmailVerificationRows,
    EmailVerificationTokens,
  ],
})
export class VerificationModule {}
