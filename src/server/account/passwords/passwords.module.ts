import { Module } from '@nestjs/common';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../identity/users.module.js';
import { FormerPasswords } from './former-passwords.js';
import { FormerPasswordsCleaner } from './former-passwords.cleaner.js';
import { PasswordResetLinks } from './password-reset-links.js';
import { PasswordResetLinksCleaner } from './password-reset-links.cleaner.js';
import { PasswordResetMailer } from './password-reset-mailer.js';
import { PasswordResetTokens } from './password-reset-tokens.js';
import { PasswordRows } from './password-rows.js';

/** Changes and resets of passwords, without their routes. */
@Module({
  imports: [SessionsModule, UsersModule],
  providers: [
    FormerPasswords,
    FormerPasswordsCleaner,
    PasswordResetLinks,
    PasswordResetLinksCleaner,
    PasswordResetMailer,
    PasswordResetTokens,
    PasswordRows,
  ],
  exports: [
    FormerPasswords,
    PasswordResetLinks,
    PasswordResetMailer,
    PasswordResetTokens,
    PasswordRows,
  ],
})
export class PasswordsModule {}
