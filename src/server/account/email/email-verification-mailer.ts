import { Injectable, Logger } from '@nestjs/common';
import {
  Clock,
  EventConsumer,
  type EventDelivery,
  KeyRing,
  type MfaEvent,
} from '../../../mfa/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { MAIL_DELIVERY_SECONDS, MAIL_SLOW_SECONDS, Mailer } from '../../delivery/mail/mailer.js';
import { textsFor } from '../../texts/languages.js';
import { VERIFY_EMAIL_PATH } from '../../config/paths.js';
import { UsersService } from '../../identity/users.service.js';
import { composeVerificationMail, type ConfirmationMeans } from './email-verification-mail.js';
import { VERIFICATION_CODE, VERIFICATION_LINK_SECONDS } from './email-verification-limits.js';
import {
  type Confirmation,
  type ConfirmationLife,
  EmailVerificationRows,
} from './email-verification-rows.js';
import { EmailVerificationTokens } from './email-verification-tokens.js';
import { lifeSince, mailedCode } from './mailed-code.js';

/** Mails links and codes that confirm an address. They are made here, so that neither is ever stored. */
@Injectable()
export class EmailVerificationMailer extends EventConsumer {
  readonly name = 'email-verification-mail';
  override readonly deliveryTimeoutSeconds = MAIL_DELIVERY_SECONDS;
  override readonly slowAfterSeconds = MAIL_SLOW_SECONDS;
  private readonly logger = new Logger(EmailVerificationMailer.name);

  constructor(
    private readonly rows: EmailVerificationRows,
    private readonly tokens: EmailVerificationTokens,
    private readonly users: UsersService,
    private readonly mailer: Mailer,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return this.config.emailVerification !== 'off' && type === 'email_verification_requested';
  }

  /**
   * Writes to the unconfirmed address that the account has now; the event names no address, because
   * none is confirmed. Skips an expired link or code: both live from the request on.
   */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const userId = event.subject.id;
    const code = this.config.emailVerification === 'code' ? mailedCode(this.keyRing, id) : null;
    const seconds = code === null ? VERIFICATION_LINK_SECONDS : VERIFICATION_CODE.lifeSeconds;
    const life = lifeSince(event.at, seconds, this.clock.now());
    if (life.expiresAt <= this.clock.now()) return;
    const ticket = await this.rows.offer({ userId, deliveryId: id, code, ...life });
    if (ticket.kind === 'refused') {
      this.logger.warn(`No mail to confirm an address: ${ticket.reason}.`);
      return;
    }
    const { address } = ticket;
    const means: ConfirmationMeans =
      code === null
        ? { kind: 'link', link: this.linkTo({ userId, address }, id, life) }
        : { kind: 'code', code, requestedAt: life.requestedAt };
    const user = await this.users.findById(userId);
    const texts = textsFor(user?.language, this.config.mailLanguage);
    const secondsLeft = (life.expiresAt.getTime() - this.clock.now().getTime()) / 1000;
    const mail = composeVerificationMail(means, secondsLeft, texts);
    await this.mailer.send({ to: address, ...mail, deliveryId: id });
  }

  /** After the `#`, no server and no log on the way sees the token. */
  private linkTo(confirmation: Confirmation, id: string, life: ConfirmationLife): string {
    const token = this.tokens.sign(confirmation, id, life);
    return `${this.config.publicUrl}${VERIFY_EMAIL_PATH}#${token}`;
  }
}
