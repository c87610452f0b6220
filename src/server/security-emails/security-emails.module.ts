import { Module } from '@nestjs/common';
import { EmailChangeModule } from '../account/email-change/email-change.module.js';
import { PasswordsModule } from '../account/passwords/passwords.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../identity/users.module.js';
import { NewDeviceConsumer } from './new-device.consumer.js';
import { SecurityEmailsConsumer } from './security-emails.consumer.js';
import { ReversalCleaner } from './reversal.cleaner.js';
import { ReversalController } from './reversal.controller.js';
import { ReversalLinks } from './reversal-links.js';
import { ReversalService } from './reversal.service.js';
import { WaitingSecurityEmailsCleaner } from './waiting-security-emails.cleaner.js';

/** Tells people what happens to their account, and reverses what they disown. */
@Module({
  imports: [EmailChangeModule, PasswordsModule, RateLimitModule, SessionsModule, UsersModule],
  controllers: [ReversalController],
  providers: [
    NewDeviceConsumer,
    SecurityEmailsConsumer,
    ReversalCleaner,
    ReversalLinks,
    ReversalService,
    WaitingSecurityEmailsCleaner,
  ],
  exports: [NewDeviceConsumer, SecurityEmailsConsumer],
})
export class SecurityEmailsModule {}
