import { Module } from '@nestjs/common';
import { Delay, SystemDelay } from './delay.js';
import { EventWebhookConsumer } from './event-webhook.consumer.js';
import { WebhookSender } from './webhook-sender.js';

/** The one way in which this server tells other web services something. */
@Module({
  providers: [EventWebhookConsumer, WebhookSender, { provide: Delay, useClass: SystemDelay }],
  exports: [EventWebhookConsumer, WebhookSender],
})
export class WebhooksModule {}
