import { Module, type Provider } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EmailSender } from '../../mfa/handlers/email/index.js';
import {
  AccessGuard,
  EventEmitterListener,
  MfaEventListener,
  PasswordProof,
  SessionDirectory,
  SubjectDirectory,
  TokenIssuer,
} from '../../mfa/index.js';
import { FactorChangeEndings } from '../auth/factor-change-endings.js';
import { MailerEmailSender } from '../mail/mailer-email-sender.js';
import { NoticesModule } from '../notices/notices.module.js';
import { DestinationCarrier } from '../notify/destination-carrier.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SMS_GATEWAY_PROVIDER } from '../sms/sms-gateway.provider.js';
import { UsersModule } from '../users/users.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { BearerAccessGuard } from './bearer-access.guard.js';
import { EVENT_CONSUMERS_PROVIDER } from './event-consumers.js';
import { MfaCleaner } from './mfa.cleaner.js';
import { SessionTokenIssuer } from './session-token-issuer.js';
import { UserPasswordProof } from './user-password-proof.js';
import { UserSessionDirectory } from './user-session-directory.js';
import { UserSubjectDirectory } from './user-subject-directory.js';

const PORTS: Provider[] = [
  { provide: SubjectDirectory, useClass: UserSubjectDirectory },
  { provide: SessionDirectory, useClass: UserSessionDirectory },
  { provide: TokenIssuer, useClass: SessionTokenIssuer },
  { provide: AccessGuard, useClass: BearerAccessGuard },
  { provide: PasswordProof, useClass: UserPasswordProof },
  {
    provide: MfaEventListener,
    inject: [EventEmitter2],
    useFactory: (emitter: EventEmitter2) => new EventEmitterListener(emitter),
  },
  { provide: EmailSender, useClass: MailerEmailSender },
  SMS_GATEWAY_PROVIDER,
  DestinationCarrier,
  EVENT_CONSUMERS_PROVIDER,
];

/** This server's answers to what the library asks of its host. */
@Module({
  imports: [NoticesModule, PasswordsModule, SessionsModule, UsersModule, WebhooksModule],
  providers: [...PORTS, FactorChangeEndings, MfaCleaner],
  exports: PORTS,
})
export class MfaHostModule {}
