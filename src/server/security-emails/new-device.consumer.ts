import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  addSeconds,
  AuditTrail,
  EventConsumer,
  type EventDelivery,
  type MfaEvent,
  type RecordedEvent,
} from '../../mfa/index.js';
import { UserSubject } from '../identity/user-subject.js';
import { User } from '../identity/user.entity.js';

/** A program that a user has not signed in with for 90 days counts as new. */
const DEVICE_MEMORY_SECONDS = 90 * 86_400;

/**
 * Handles the common case, sign-ins with a recently seen program, in one statement. Old rows are
 * deleted only here, beside a recent one: for other sign-ins they tell that the program is not the
 * user's first. All servers lock the rows in one order.
 */
const SEE_AGAIN = `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[])
      WITH ORDINALITY AS given(user_id, user_agent, at, oldest_at, place)
  ), known AS (
    SELECT d.user_id, d.user_agent, g.place, g.at, g.oldest_at
    FROM given g JOIN known_devices d
      ON d.user_id = g.user_id AND d.user_agent = g.user_agent AND d.last_seen_at >= g.oldest_at
    ORDER BY d.user_id, d.user_agent FOR UPDATE OF d
  ), seen AS (
    UPDATE known_devices d SET last_seen_at = greatest(d.last_seen_at, k.at)
    FROM known k WHERE d.user_id = k.user_id AND d.user_agent = k.user_agent
  ), forgotten AS (
    DELETE FROM known_devices d USING known k
    WHERE d.user_id = k.user_id AND d.last_seen_at < k.oldest_at
  )
  SELECT place::int FROM known`;

/** How many programs the user had before a sign-in, and whether this one is recent. */
const KNOWN = `
  SELECT count(*) FILTER (WHERE first_seen_at < $3)::int AS earlier,
    count(*) FILTER (WHERE user_agent = $2 AND last_seen_at >= $4)::int AS recent
  FROM known_devices WHERE user_id = $1`;

const REMEMBER = `
  INSERT INTO known_devices AS d (user_id, user_agent, first_seen_at, last_seen_at)
  VALUES ($1, $2, $3, $3)
  ON CONFLICT (user_id, user_agent)
  DO UPDATE SET last_seen_at = greatest(d.last_seen_at, excluded.last_seen_at)`;

/** A client chooses the name of its program, so only the newest names are kept. */
const MOST_PROGRAMS = 100;

const FORGET = `
  DELETE FROM known_devices
  WHERE user_id = $1 AND (last_seen_at < $2 OR user_agent IN (
    SELECT user_agent FROM known_devices WHERE user_id = $1
    ORDER BY last_seen_at DESC, first_seen_at DESC, user_agent OFFSET ${MOST_PROGRAMS}))`;

/**
 * Records an event for each sign-in with a program that is new to the user, except for the very
 * first sign-in. Device and event are written together, so a repeated delivery finds the device
 * known.
 */
@Injectable()
export class NewDeviceConsumer extends EventConsumer {
  readonly name = 'new-devices';

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audit: AuditTrail,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return type === 'login_succeeded';
  }

  override async takeTogether(deliveries: readonly EventDelivery[]): Promise<EventDelivery[]> {
    const signIns = deliveries.map(({ event }) => event);
    const seen = await this.database.query<{ place: number }[]>(SEE_AGAIN, [
      signIns.map(({ subject }) => subject.id),
      signIns.map(({ client }) => programOf(client)),
      signIns.map(({ at }) => at),
      signIns.map(oldestOf),
    ]);
    return seen.flatMap(({ place }) => deliveries[place - 1] ?? []);
  }

  /** Handles the programs that {@link takeTogether} did not find. */
  async deliver({ event }: EventDelivery): Promise<void> {
    const key = [event.subject.id, programOf(event.client), event.at];
    const oldestAt = oldestOf(event);
    await this.audit.change(async (manager) => {
      // Two sign-ins with one new program are one new device, so this lock serialises them.
      const user = await manager.findOne(User, {
        where: { id: event.subject.id },
        lock: { mode: 'for_no_key_update' },
      });
      if (user === null) return { result: undefined, events: [] };
      const [known] = await manager.query<Known[]>(KNOWN, [...key, oldestAt]);
      await manager.query(REMEMBER, [...key]);
      await manager.query(FORGET, [user.id, oldestAt]);
      const isNew = known !== undefined && known.earlier > 0 && known.recent === 0;
      return { result: undefined, events: isNew ? [seen(user, event)] : [] };
    });
  }
}

function oldestOf({ at }: RecordedEvent): Date {
  return addSeconds(at, -DEVICE_MEMORY_SECONDS);
}

/** Drops numbers: they are versions, which browsers change every few weeks. */
function programOf({ userAgent }: EventDelivery['event']['client']): string {
  return (userAgent ?? '').replaceAll(/\d[\d._]*/g, '');
}

interface Known {
  readonly earlier: number;
  readonly recent: number;
}

function seen(user: User, { at, client, sessionId }: EventDelivery['event']): MfaEvent {
  const subject = new UserSubject(user);
  return { type: 'new_device_seen', subject, factor: null, sessionId, at, client };
}
