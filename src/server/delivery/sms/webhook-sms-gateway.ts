import { SmsGateway, type SmsMessage } from '../../../mfa/handlers/sms/index.js';
import { type WebhookSender, type WebhookTarget } from '../webhooks/webhook-sender.js';

/** Hands text messages to a web service: `{to, text}`, signed. */
export class WebhookSmsGateway extends SmsGateway {
  constructor(
    private readonly sender: WebhookSender,
    private readonly target: WebhookTarget,
  ) {
    super();
  }

  async send({ to, text }: SmsMessage): Promise<void> {
    await this.sender.send(this.target, { to, text });
  }
}
