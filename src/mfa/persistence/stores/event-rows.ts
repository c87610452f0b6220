import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import { EventSubscribers } from '../../core/events/event-subscribers.js';
import { type MfaEvent } from '../../core/ports/events.js';
import { type RowDisplacement } from '../../core/ports/host-rows.js';
import { RandomSource } from '../../contract/random.js';
import { SealedDeliveries } from './sealed-deliveries.js';

/** Further facts of an insert. */
interface InsertOptions {
  readonly firstId?: string;
  readonly displacement?: RowDisplacement | undefined;
}

/** A row of the part {@link displace}. */
export interface DisplacedRow {
  readonly count: number;
}

/** The events that were inserted. */
export function recorded(
  events: readonly MfaEvent[],
  displacement: RowDisplacement | undefined,
  displaced: DisplacedRow | undefined,
): readonly MfaEvent[] {
  if (displacement === undefined || (displaced?.count ?? 0) === 0) return events;
  return [...events, displacement.event];
}

/** Writes events of the audit, each with the deliveries for the host's consumers. */
@Injectable()
export class EventRows {
  constructor(
    private readonly subscribers: EventSubscribers,
    private readonly deliveries: SealedDeliveries,
    private readonly random: RandomSource,
  ) {}

  /**
   * Parts of a `WITH` that insert events, in their order.
   *
   * A trigger chains each event to the last one of its user and locks that user's row in
   * `mfa_event_heads`. In a statement that changes other rows this part must come last, so that all
   * writers lock in one order.
   *
   * @param condition may refer to other parts of the statement
   * @param options.firstId of the first event, for a caller that looks for it later
   * @param options.displacement whose event is inserted too, last, if the part {@link displace} counts a row
   */
  insert(
    events: readonly MfaEvent[],
    condition: Sql = sql`true`,
    { firstId = this.random.rowId(), displacement }: InsertOptions = {},
  ): Sql {
    const further = displacement === undefined ? [] : [displacement.event];
    const isDue =
      displacement === undefined
        ? condition
        : sql`${condition} AND (e.place <= ${events.length}::int OR (SELECT count FROM displaced) > 0)`;
    // All writers insert for several users in one order, so that no two deadlock.
    const rows = [...events, ...further]
      .map((event, place) => ({ id: place === 0 ? firstId : this.random.rowId(), event }))
      .sort((one, other) => compare(one.event.subject.id, other.event.subject.id));
    const inserted = sql`event AS (
      INSERT INTO mfa_events (user_id, id, at, type, factor, ip, user_agent)
      SELECT e.user_id, e.id, e.at, e.type, e.factor, e.ip, e.user_agent
      FROM unnest(${rows.map(({ event }) => event.subject.id)}::text[],
          ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ event }) => event.at)}::timestamptz[],
          ${rows.map(({ event }) => event.type)}::text[],
          ${rows.map(({ event }) => event.factor)}::text[],
          ${rows.map(({ event }) => event.client.ip)}::text[],
          ${rows.map(({ event }) => event.client.userAgent)}::text[])
        WITH ORDINALITY AS e(user_id, id, at, type, factor, ip, user_agent, place)
      WHERE ${isDue} ORDER BY e.place
      RETURNING user_id, id, seq, hash
    )`;
    return sql`${inserted}${this.outbox(rows)}`;
  }

  private outbox(rows: readonly { readonly id: string; readonly event: MfaEvent }[]): Sql {
    const waiting = rows.flatMap(({ id: eventId, event }) =>
      this.subscribers.wanting(event).map(({ name: consumer }) => {
        const key = { id: this.random.rowId(), eventId, consumer };
        return { ...key, at: event.at, payload: this.deliveries.seal(event, key) };
      }),
    );
    if (waiting.length === 0) return empty;
    return sql`, waiting AS (
      INSERT INTO mfa_outbox (user_id, id, consumer, event_id, event_seq, event_hash, payload,
        next_attempt_at, created_at)
      SELECT event.user_id, w.id, w.consumer, event.id, event.seq, event.hash, w.payload, w.at, w.at
      FROM event JOIN unnest(${waiting.map(({ id }) => id)}::uuid[],
          ${waiting.map(({ consumer }) => consumer)}::text[],
          ${waiting.map(({ eventId }) => eventId)}::uuid[],
          ${waiting.map(({ at }) => at)}::timestamptz[],
          ${waiting.map(({ payload }) => payload)}::bytea[])
        AS w(id, consumer, event_id, at, payload) ON w.event_id = event.id
    )`;
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
