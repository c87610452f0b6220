import { type EventDelivery } from '../ports/event-consumer.js';
import { type ClaimedDelivery } from './outbox.js';

/**
 * A delivery as its consumer takes it.
 *
 * @throws {Error} as {@link ClaimedDelivery.read}
 */
export function open(delivery: ClaimedDelivery): EventDelivery {
  return { id: delivery.id, event: delivery.read() };
}

/** A delivery behind what is read of it; nothing where it cannot be read. */
export function opened(delivery: ClaimedDelivery): [EventDelivery, ClaimedDelivery][] {
  try {
    return [[open(delivery), delivery]];
  } catch {
    return [];
  }
}

/** What concerns one subject stays together, in its order. */
export function bySubject(deliveries: readonly ClaimedDelivery[]): ClaimedDelivery[][] {
  const turns = new Map<string, ClaimedDelivery[]>();
  for (const delivery of deliveries) {
    turns.set(delivery.subjectId, [...(turns.get(delivery.subjectId) ?? []), delivery]);
  }
  return [...turns.values()];
}
