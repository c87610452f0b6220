import { Injectable, Logger } from '@nestjs/common';
import { EventConsumer, type EventDelivery, type MfaEvent, RandomSource } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { Mailer } from '../mail/mailer.js';
import { textsFor } from '../notices/texts/languages.js';
import { VERIFY_EMAIL_PATH } from '../pages/paths.js';
import { UsersService } from '../users/users.service.js';
import { composeVerificationMail, type ConfirmationMeans } from './email-verification-mail.js';
import { VERIFICATION_CODE } from './email-verification-limits.js';
import { EmailVerificationRows } from './email-verification-rows.js';
import { EmailVerificationTokens } from './email-verification-tokens.js';

/** Mails what confirms an address: link and code are made here, so that neither is ever stored. */
@Injectable()
export class EmailVerificationMailer extends EventConsumer {
  readonly name = 'email-verification-mail';
  private readonly logger = new Logger(EmailVerificationMailer.name);

  constructor(
    private readonly rows: EmailVerificationRows,
    private readonly tokens: EmailVerificationTokens,
    private readonly users: UsersService,
    private readonly mailer: Mailer,
    private readonly random: RandomSource,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return this.config.emailVerification !== 'off' && type === 'email_verification_requested';
  }

  /** Goes to the address that is to be confirmed now; the event names none, as none is confirmed. */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const userId = event.subject.id;
    const code = this.config.emailVerification === 'code' ? this.drawCode() : null;
    const ticket = await this.rows.offer({ userId, deliveryId: id, code });
    if (ticket.kind === 'refused') {
      this.logger.warn(`No mail to confirm an address: ${ticket.reason}.`);
      return;
    }
    const { address } = ticket;
    const means: ConfirmationMeans =
      code === null
        ? { kind: 'link', link: await this.linkTo(userId, address, id) }
        : { kind: 'code', code, requestedAt: event.at };
    const user = await this.users.findById(userId);
    const texts = textsFor(user?.language, this.config.mailLanguage);
    await this.mailer.send({ to: address, ...composeVerificationMail(means, texts) });
  }

  private drawCode(): string {
    return this.random.characters('0123456789', VERIFICATION_CODE.digits);
  }

  /** Behind the #, no server and no log between here and there sees the token. */
  private async linkTo(userId: string, address: string, id: string): Promise<string> {
    const token = await this.tokens.sign({ userId, address }, id);
    return `${this.config.publicUrl}${VERIFY_EMAIL_PATH}#${token}`;
  }
}
