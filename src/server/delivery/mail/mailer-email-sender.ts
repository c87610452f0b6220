import { Injectable } from '@nestjs/common';
import { EmailSender } from '../../../mfa/handlers/email/index.js';
import { type Mail, Mailer } from './mailer.js';

/** Carries the codes of the email handler through the server's {@link Mailer}. */
@Injectable()
export class MailerEmailSender extends EmailSender {
  constructor(private readonly mailer: Mailer) {
    super();
  }

  async send(mail: Mail): Promise<void> {
    await this.mailer.send(mail);
  }
}
