import { Injectable } from '@nestjs/common';
import { EventConsumer, type EventDelivery, type MfaEvent } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { Mailer } from '../mail/mailer.js';
import { LANGUAGES, languageOf } from '../notices/texts/languages.js';
import { UsersService } from '../users/users.service.js';
import { composeResetMail } from './password-reset-mail.js';
import { PasswordResetTokens } from './password-reset-tokens.js';
import { PasswordRows } from './password-rows.js';

/** Mails the link of a password reset: the token is made here, so that none is ever stored. */
@Injectable()
export class PasswordResetMailer extends EventConsumer {
  readonly name = 'password-reset-mail';

  constructor(
    private readonly rows: PasswordRows,
    private readonly tokens: PasswordResetTokens,
    private readonly users: UsersService,
    private readonly mailer: Mailer,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return type === 'password_reset_requested';
  }

  /** A repetition has the same id, so it makes no second token. */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const { subject } = event;
    const to = subject.addresses.email;
    if (to === undefined) return;
    const offer = { userId: subject.id, resetId: id };
    if (!(await this.rows.offerReset(offer, event.at))) return;
    const link = `${this.config.passwordResetUrl}#${await this.tokens.sign(offer)}`;
    const lifeMinutes = Math.floor(this.config.passwordResetTokenExpirySeconds / 60);
    const user = await this.users.findById(subject.id);
    const texts = LANGUAGES[languageOf(user?.language ?? null) ?? this.config.mailLanguage];
    const mail = composeResetMail({ link, lifeMinutes }, texts);
    await this.mailer.send({ to, ...mail });
  }
}
