import { Injectable } from '@nestjs/common';
import {
  EventConsumer,
  type EventDelivery,
  type JsonObject,
  mfaEventName,
  type RecordedEvent,
} from '../../../mfa/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { WebhookSender } from './webhook-sender.js';

/** Sends every event of the audit to the operator's web service, in the form of Standard Webhooks. */
@Injectable()
export class EventWebhookConsumer extends EventConsumer {
  readonly name = 'event-webhook';

  constructor(
    private readonly sender: WebhookSender,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants(): boolean {
    return this.config.eventWebhook !== null;
  }

  /** Drops deliveries that still wait after the service was removed from the settings. */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const { eventWebhook } = this.config;
    if (eventWebhook !== null) await this.sender.send(eventWebhook, contentOf(event), id);
  }
}

/** Contains no address and no name of the person; `user_id` identifies them. */
function contentOf({
  id,
  seq,
  hash,
  type,
  factor,
  at,
  client,
  subject,
}: RecordedEvent): JsonObject {
  return {
    type: mfaEventName(type),
    timestamp: at.toISOString(),
    data: {
      event_id: id,
      user_id: subject.id,
      seq,
      hash: hash.toString('base64url'),
      factor,
      ip: client.ip,
      user_agent: client.userAgent,
    },
  };
}
