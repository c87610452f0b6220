import { Injectable } from '@nestjs/common';
import { Clock, EventConsumer, type EventDelivery, type MfaEvent } from '../../../mfa/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { MAIL_DELIVERY_SECONDS, MAIL_SLOW_SECONDS, Mailer } from '../../delivery/mail/mailer.js';
import { textsFor } from '../../texts/languages.js';
import { UsersService } from '../../identity/users.service.js';
import { composeResetMail } from './password-reset-mail.js';
import { PasswordResetLinks } from './password-reset-links.js';
import { PasswordResetTokens } from './password-reset-tokens.js';

/** Mails the link of a password reset. The token is made here, so that it is never stored. */
@Injectable()
export class PasswordResetMailer extends EventConsumer {
  readonly name = 'password-reset-mail';
  override readonly deliveryTimeoutSeconds = MAIL_DELIVERY_SECONDS;
  override readonly slowAfterSeconds = MAIL_SLOW_SECONDS;

  constructor(
    private readonly links: PasswordResetLinks,
    private readonly tokens: PasswordResetTokens,
    private readonly users: UsersService,
    private readonly mailer: Mailer,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return type === 'password_reset_requested';
  }

  /** A repeated delivery mails the same link. A link that is void or expired by now is not mailed. */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const { subject, target } = event;
    const to = subject.addresses.email;
    if (to === undefined || target === undefined) return;
    const offer = { userId: subject.id, resetId: target };
    const life = await this.links.findOpen(offer);
    if (life === null) return;
    const link = `${this.config.passwordResetUrl}#${this.tokens.sign(offer, life)}`;
    const lifeMinutes = this.minutesUntil(life.expiresAt);
    const user = await this.users.findById(subject.id);
    const texts = textsFor(user?.language, this.config.mailLanguage);
    const mail = composeResetMail({ link, lifeMinutes }, texts);
    await this.mailer.send({ to, ...mail, deliveryId: id });
  }

  /** The minutes left when the mail goes out; the last minute counts as one. */
  private minutesUntil(end: Date): number {
    return Math.max(1, Math.floor((end.getTime() - this.clock.now().getTime()) / 60_000));
  }
}
