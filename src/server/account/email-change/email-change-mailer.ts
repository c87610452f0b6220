import { Injectable, Logger } from '@nestjs/common';
import {
  Clock,
  EventConsumer,
  type EventDelivery,
  KeyRing,
  type MfaEvent,
} from '../../../mfa/index.js';
import { CHANGE_EMAIL_PATH } from '../../config/paths.js';
import { ServerConfig } from '../../config/server-config.js';
import {
  type Mail,
  MAIL_DELIVERY_SECONDS,
  MAIL_SLOW_SECONDS,
  Mailer,
} from '../../delivery/mail/mailer.js';
import { UsersService } from '../../identity/users.service.js';
import { escapeHtml } from '../../texts/escape-html.js';
import { type LanguageTexts } from '../../texts/language-texts.js';
import { textsFor } from '../../texts/languages.js';
import { composeVerificationMail } from '../email/email-verification-mail.js';
import { mailedCode } from '../email/mailed-code.js';
import { EmailChangeRows } from './email-change-rows.js';
import { EmailChangeTokens } from './email-change-tokens.js';
import { type OpenChange } from './open-change.js';

/** A change, and how its mail says so. */
interface Asking {
  readonly userId: string;
  readonly change: OpenChange;
  /** Null if the mail has a link. */
  readonly code: string | null;
  readonly texts: LanguageTexts;
}

/** Mails links and codes that give an account a new address. They are made here, so that neither is ever stored. */
@Injectable()
export class EmailChangeMailer extends EventConsumer {
  readonly name = 'email-change-mail';
  override readonly deliveryTimeoutSeconds = MAIL_DELIVERY_SECONDS;
  override readonly slowAfterSeconds = MAIL_SLOW_SECONDS;
  private readonly logger = new Logger(EmailChangeMailer.name);

  constructor(
    private readonly rows: EmailChangeRows,
    private readonly tokens: EmailChangeTokens,
    private readonly users: UsersService,
    private readonly mailer: Mailer,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return this.config.emailVerification !== 'off' && type === 'email_change_requested';
  }

  /**
   * Writes to the new address; the event names the present one. Where another account has confirmed
   * the new one, the mail tells its owner and confirms nothing. Skips a change that is over or replaced.
   */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const { subject, target: changeId } = event;
    if (changeId === undefined) return;
    const userId = subject.id;
    const code = this.config.emailVerification === 'code' ? mailedCode(this.keyRing, id) : null;
    const ticket = await this.rows.offer({ userId, changeId }, { deliveryId: id, code });
    if (ticket.kind === 'refused') {
      this.logger.warn(`No mail to change an address: ${ticket.reason}.`);
      return;
    }
    const { change, isTaken } = ticket;
    const reader = isTaken
      ? await this.users.findByEmail(change.address)
      : await this.users.findById(userId);
    const texts = textsFor(reader?.language, this.config.mailLanguage);
    const mail = isTaken ? composeTakenMail(texts) : this.compose({ userId, change, code, texts });
    await this.mailer.send({ to: change.address, ...mail, deliveryId: id });
  }

  private compose({ userId, change, code, texts }: Asking): Omit<Mail, 'to'> {
    const { requestedAt, expiresAt } = change;
    // After the `#`, no server and no log on the way sees the token.
    const means =
      code === null
        ? { kind: 'link' as const, link: this.linkTo(userId, change) }
        : { kind: 'code' as const, code, requestedAt };
    const secondsLeft = (expiresAt.getTime() - this.clock.now().getTime()) / 1000;
    const verification = { ...texts.verification, ...texts.addressChange.asked };
    return composeVerificationMail(means, secondsLeft, { ...texts, verification });
  }

  private linkTo(userId: string, change: OpenChange): string {
    const token = this.tokens.sign({ userId, changeId: change.id }, change);
    return `${this.config.publicUrl}${CHANGE_EMAIL_PATH}#${token}`;
  }
}

/** It contains no text of the person who gave the address. */
function composeTakenMail({ greeting, addressChange }: LanguageTexts): Omit<Mail, 'to'> {
  const { subject, lead } = addressChange.taken;
  return {
    subject,
    text: `${greeting}\n\n${lead}\n`,
    html: `<p>${escapeHtml(greeting)}</p>\n<p>${escapeHtml(lead)}</p>`,
  };
}
