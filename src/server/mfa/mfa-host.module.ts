import { Module, type Provider, Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EmailSender } from '../../mfa/handlers/email/index.js';
import {
  AccessTokenReader,
  EventEmitterListener,
  FactorChangeHook,
  MfaEventListener,
  PasswordProof,
  RequestBudget,
  SessionCloser,
  SessionDirectory,
  SubjectDirectory,
  TokenIssuer,
  type RowUpdate,
  type SessionKey,
} from '../../mfa/index.js';
import { FactorChangeEndings, LateSessionEndings } from '../sessions/factor-change-endings.js';
import { MailerEmailSender } from '../delivery/mail/mailer-email-sender.js';
import { SecurityEmailsModule } from '../security-emails/security-emails.module.js';
import { DestinationCarrier } from '../delivery/notify/destination-carrier.js';
import { PasswordsModule } from '../account/passwords/passwords.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { SubjectBudget } from '../rate-limit/subject-budget.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SMS_GATEWAY_PROVIDER } from '../delivery/sms/sms-gateway.provider.js';
import { UsersModule } from '../identity/users.module.js';
import { EmailChangeModule } from '../account/email-change/email-change.module.js';
import { VerificationModule } from '../account/email/verification.module.js';
import { WebhooksModule } from '../delivery/webhooks/webhooks.module.js';
import { BearerAccessTokenReader } from './bearer-access-token-reader.js';
import { EVENT_CONSUMERS_PROVIDER } from './event-consumers.js';
import { MfaCleaner } from './mfa.cleaner.js';
import { SessionTokenIssuer } from './session-token-issuer.js';
import { UserPasswordProof } from './user-password-proof.js';
import { UserSessionDirectory } from './user-session-directory.js';
import { UserSubjectDirectory } from './user-subject-directory.js';

/** Ends a session after too many wrong proofs, with its access and refresh tokens. */
@Injectable()
class UserSessionCloser extends SessionCloser {
  changesThatEnd({ subjectId: userId, sessionId }: SessionKey, at: Date): readonly RowUpdate[] {
    const key = { user_id: userId, id: sessionId, ended_at: null };
    return [{ table: 'sessions', key, set: { ended_at: at } }];
  }
}

const PORTS: Provider[] = [
  { provide: SubjectDirectory, useClass: UserSubjectDirectory },
  { provide: SessionDirectory, useClass: UserSessionDirectory },
  { provide: TokenIssuer, useClass: SessionTokenIssuer },
  { provide: AccessTokenReader, useClass: BearerAccessTokenReader },
  { provide: PasswordProof, useClass: UserPasswordProof },
  { provide: RequestBudget, useExisting: SubjectBudget },
  { provide: SessionCloser, useClass: UserSessionCloser },
  { provide: FactorChangeHook, useClass: FactorChangeEndings },
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

/** The server's implementations of the library's ports. */
@Module({
  imports: [
    SecurityEmailsModule,
    EmailChangeModule,
    PasswordsModule,
    RateLimitModule,
    SessionsModule,
    UsersModule,
    VerificationModule,
    WebhooksModule,
  ],
  providers: [...PORTS, LateSessionEndings, MfaCleaner],
  exports: PORTS,
})
export class MfaHostModule {}
