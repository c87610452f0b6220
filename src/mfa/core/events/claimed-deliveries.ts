import { type EventDelivery } from '../ports/event-consumer.js';
import { type ClaimedDelivery } from './outbox.js';

/**
 * Opens a delivery for its consumer.
 *
 * @throws {Error} as {@link ClaimedDelivery.read}
 */
export function open(delivery: ClaimedDelivery): EventDelivery {
  return { id: delivery.id, event: delivery.read() };
}

/** Pairs a delivery with what it opens to. Empty when it cannot be read. */
export function opened(delivery: ClaimedDelivery): [EventDelivery, ClaimedDelivery][] {
  try {
    return [[open(delivery), delivery]];
  } catch {
    return [];
  }
}

/** Groups deliveries by subject. Each group keeps its order. */
export function bySubject(deliveries: readonly ClaimedDelivery[]): ClaimedDelivery[][] {
  const turns = new Map<string, ClaimedDelivery[]>();
  for (const delivery of deliveries) {
    turns.set(delivery.subjectId, [...(turns.get(delivery.subjectId) ?? []), delivery]);
  }
  return [...turns.values()];
}
