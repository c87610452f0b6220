import { type FactoryProvider } from '@nestjs/common';
import { SmsGateway, type SmsMessage } from '../../../mfa/handlers/sms/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { DevelopmentMailbox, MAILBOX_PATH } from '../mail/development-mailbox.js';
import { WebhookSender } from '../webhooks/webhook-sender.js';
import { WebhookSmsGateway } from './webhook-sms-gateway.js';
import { maskPhone } from '../../../mfa/index.js';

/** Puts text messages into the development mailbox. */
class DevelopmentSmsGateway extends SmsGateway {
  constructor(private readonly mailbox: DevelopmentMailbox) {
    super();
  }

  async send({ to, text }: SmsMessage): Promise<void> {
    const line = `text message to ${maskPhone(to)} — see ${MAILBOX_PATH}`;
    this.mailbox.keep({ kind: 'text message', to, text }, line);
  }
}

/** The configured gateway; undefined if nothing sends text messages, and so no factor uses it. */
export const SMS_GATEWAY_PROVIDER: FactoryProvider<SmsGateway | undefined> = {
  provide: SmsGateway,
  inject: [ServerConfig, WebhookSender, { token: DevelopmentMailbox, optional: true }],
  useFactory: (
    { smsGateway }: ServerConfig,
    sender: WebhookSender,
    mailbox?: DevelopmentMailbox,
  ) =>
    smsGateway === null
      ? mailbox && new DevelopmentSmsGateway(mailbox)
      : new WebhookSmsGateway(sender, smsGateway),
};
