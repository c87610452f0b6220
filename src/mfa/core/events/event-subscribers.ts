import { Injectable } from '@nestjs/common';
import { ANY_TEXT, refuseMisfit } from '../../contract/given-value.js';
import { type EventConsumer } from '../ports/event-consumer.js';
import { type MfaEvent } from '../ports/events.js';
import { given } from '../ports/host-ports.js';
import { type MfaEventListener } from '../ports/ports.js';

const LONGEST_NAME = 64;

/**
 * The listener and the consumers of the host. They are bound after start and not injected, because a
 * port or a consumer may itself record events.
 */
@Injectable()
export class EventSubscribers {
  /** Null when the host has no listener. */
  listener: MfaEventListener | null = null;
  consumers: readonly EventConsumer[] = [];

  /** @throws {Error} when the name of a consumer is missing, too long or taken */
  bind(listener: MfaEventListener | null, consumers: readonly EventConsumer[]): void {
    const names = consumers.map(({ name }) => name);
    for (const name of names) {
      refuseMisfit('EventConsumer.name', name, ANY_TEXT);
      if (name === '' || name.length > LONGEST_NAME) {
        throw new Error(`The event consumer "${name}" needs a name of 1 to 64 characters.`);
      }
    }
    if (new Set(names).size < names.length) {
      throw new Error(`Two event consumers have one name: ${names.join(', ')}.`);
    }
    this.listener = listener;
    this.consumers = consumers;
  }

  /** The consumers that want this event. @throws {Error} when one returns no boolean */
  wanting(event: MfaEvent): EventConsumer[] {
    return this.consumers.filter((consumer) => given('EventConsumer.wants', consumer.wants(event)));
  }
}
