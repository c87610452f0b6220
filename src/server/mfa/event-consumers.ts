import { type Provider } from '@nestjs/common';
import { EVENT_CONSUMERS, type EventConsumer } from '../../mfa/index.js';
import { LateSessionEndings } from '../sessions/factor-change-endings.js';
import { NewDeviceConsumer } from '../security-emails/new-device.consumer.js';
import { SecurityEmailsConsumer } from '../security-emails/security-emails.consumer.js';
import { PasswordResetMailer } from '../account/passwords/password-reset-mailer.js';
import { EmailChangeMailer } from '../account/email-change/email-change-mailer.js';
import { EmailVerificationMailer } from '../account/email/email-verification-mailer.js';
import { EventWebhookConsumer } from '../delivery/webhooks/event-webhook.consumer.js';

/** All consumers whose events are delivered reliably. */
export const EVENT_CONSUMERS_PROVIDER: Provider = {
  provide: EVENT_CONSUMERS,
  inject: [
    LateSessionEndings,
    NewDeviceConsumer,
    SecurityEmailsConsumer,
    PasswordResetMailer,
    EmailVerificationMailer,
    EmailChangeMailer,
    EventWebhookConsumer,
  ],
  useFactory: (...consumers: EventConsumer[]) => consumers,
};
