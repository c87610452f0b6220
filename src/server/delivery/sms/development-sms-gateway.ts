import { SmsGateway, type SmsMessage } from '../../../mfa/handlers/sms/index.js';
import { maskPhone } from '../../../mfa/index.js';
import { type DevelopmentMailbox, MAILBOX_PATH } from '../mail/development-mailbox.js';

/** Puts text messages into the development mailbox. */
export class DevelopmentSmsGateway extends SmsGateway {
  constructor(private readonly mailbox: DevelopmentMailbox) {
    super();
  }

  async send({ to, text }: SmsMessage): Promise<void> {
    const line = `text message to ${maskPhone(to)} — see ${MAILBOX_PATH}`;
    this.mailbox.keep({ kind: 'text message', to, text }, line);
  }
}
