import { type FactoryProvider } from '@nestjs/common';
import { SmsGateway } from '../../../mfa/handlers/sms/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { DevelopmentMailbox } from '../mail/development-mailbox.js';
import { WebhookSender } from '../webhooks/webhook-sender.js';
import { DevelopmentSmsGateway } from './development-sms-gateway.js';
import { WebhookSmsGateway } from './webhook-sms-gateway.js';

/** The gateway that the settings say; undefined where nothing sends texts, and so none are on offer. */
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
