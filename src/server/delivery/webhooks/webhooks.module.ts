import { Module } from '@nestjs/common';
import { Delay, SystemDelay } from './delay.js';
import { EventWebhookConsumer } from './event-webhook.consumer.js';
import { WebhookSender } from './webhook-sender.js';

/** Outgoing webhooks: all requests to other web services go through this. */
@Module({
  providers: [EventWebhookConsumer, WebhookSender, { provide: Delay, useClass: SystemDelay }],
  exports: [EventWebhookConsumer, WebhookSender],
})
export class WebhooksModule {}
