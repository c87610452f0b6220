import { Injectable } from '@nestjs/common';
import { maskEmail } from '../../../mfa/index.js';
import { DevelopmentMailbox, MAILBOX_PATH } from './development-mailbox.js';
import { type Mail, Mailer } from './mailer.js';

/** Puts mails into the development mailbox, and shows them in the log, codes included. */
@Injectable()
export class DevelopmentMailer extends Mailer {
  constructor(private readonly mailbox: DevelopmentMailbox) {
    super();
  }

  async send({ to, subject, text }: Mail): Promise<void> {
    const line = `mail to ${maskEmail(to)}: ${subject} — see ${MAILBOX_PATH}\n${text}`;
    this.mailbox.keep({ kind: 'mail', to, subject, text }, line);
  }
}
