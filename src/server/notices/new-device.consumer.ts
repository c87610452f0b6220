import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  addSeconds,
  AuditTrail,
  EventConsumer,
  type EventDelivery,
  type MfaEvent,
  type MfaEventType,
  type RecordedEvent,
} from '../../mfa/index.js';
import { UserSubject } from '../mfa/user-subject.js';
import { User } from '../users/user.entity.js';

/** A program that was not signed in with for so long is a new one: 90 days. */
const DEVICE_MEMORY_SECONDS = 90 * 86_400;

/**
 * Most sign-ins are with a program that was seen lately: of them nothing more is to be known. Only
 * then are old ones forgotten: they tell that a program is not the first of all.
 */
const SEE_AGAIN = `
  WITH seen AS (
    UPDATE known_devices SET last_seen_at = greatest(last_seen_at, $3)
    WHERE user_id = $1 AND user_agent = $2 AND last_seen_at >= $4 RETURNING 1
  ), forgotten AS (
    DELETE FROM known_devices
    WHERE user_id = $1 AND last_seen_at < $4 AND EXISTS (SELECT 1 FROM seen)
  )
  SELECT 1 FROM seen`;

/** What is known of a user's programs before a sign-in, and whether this one is among them. */
const KNOWN = `
  SELECT count(*) FILTER (WHERE first_seen_at < $3)::int AS earlier,
    count(*) FILTER (WHERE user_agent = $2 AND last_seen_at >= $4)::int AS recent
  FROM known_devices WHERE user_id = $1`;

const REMEMBER = `
  INSERT INTO known_devices AS d (user_id, user_agent, first_seen_at, last_seen_at)
  VALUES ($1, $2, $3, $3)
  ON CONFLICT (user_id, user_agent)
  DO UPDATE SET last_seen_at = greatest(d.last_seen_at, excluded.last_seen_at)`;

const FORGET = `DELETE FROM known_devices WHERE user_id = $1 AND last_seen_at < $2`;

/**
 * Records an event for each sign-in with a program that is new to the user, unless it is the first
 * sign-in of all. Device and event are written together, so a repetition finds the device known.
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

  wants(type: MfaEventType): boolean {
    return type === 'login_succeeded';
  }

  async deliver({ event }: EventDelivery): Promise<void> {
    const { at, client, subject } = event;
    const key = [subject.id, programOf(client), at];
    const oldestAt = addSeconds(at, -DEVICE_MEMORY_SECONDS);
    const seen = await this.database.query<unknown[]>(SEE_AGAIN, [...key, oldestAt]);
    if (seen.length === 0) await this.remember(event, key, oldestAt);
  }

  private async remember(event: RecordedEvent, key: readonly unknown[], oldestAt: Date) {
    await this.audit.change(async (manager) => {
      // Two sign-ins with one new program are one new device: they follow each other here.
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

/** Numbers are those of versions, which browsers change every few weeks. */
function programOf({ userAgent }: EventDelivery['event']['client']): string {
  return (userAgent ?? '').replaceAll(/\d[\d._]*/g, '');
}

interface Known {
  readonly earlier: number;
  readonly recent: number;
}

function seen(user: User, { at, client }: EventDelivery['event']): MfaEvent {
  return { type: 'new_device_seen', subject: new UserSubject(user), factor: null, at, client };
}
