import { type EntityManager } from 'typeorm';
import { type RecordedEvent } from '../../mfa/index.js';

/** A security e-mail that may wait, or join another that waits. */
export interface GatheredSecurityEmail {
  readonly deliveryId: string;
  readonly event: RecordedEvent;
  /** Keyed hashes of its address; the first is stored. */
  readonly addressTags: readonly string[];
}

/** The further events that a mail tells of: how many, and when the last was. */
export interface More {
  readonly count: number;
  readonly lastAt: Date;
}

/**
 * Joins only a mail about an earlier event, because its link reverses what came later; and only one
 * that is still to be sent.
 */
const JOIN = `
  UPDATE waiting_notices w SET more = w.more + 1, last_at = greatest(w.last_at, $7)
  WHERE w.user_id = $1 AND w.delivery_id <> $2 AND w.address_tag = ANY($3) AND w.event_type = $4
    AND w.factor IS NOT DISTINCT FROM $5 AND w.session_id = $6 AND w.event_seq < $8
    AND EXISTS (
      SELECT 1 FROM mfa_outbox o
      WHERE o.user_id = w.user_id::text AND o.id = w.delivery_id AND o.failed_at IS NULL)`;

const KEEP = `
  INSERT INTO waiting_notices (user_id, delivery_id, address_tag, event_type, factor, session_id, last_at,
    event_seq, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (user_id, delivery_id) DO NOTHING`;

const FIND = `
  SELECT more AS count, last_at AS "lastAt" FROM waiting_notices
  WHERE user_id = $1 AND delivery_id = $2`;

const FORGET = `
  DELETE FROM waiting_notices WHERE user_id = $1 AND delivery_id = $2 AND more = $3`;

/**
 * Joins a waiting mail of the same session, kind and factor. The caller holds the user's lock.
 *
 * @returns false if none waits
 */
export async function joinWaiting(
  { deliveryId, event, addressTags }: GatheredSecurityEmail,
  manager: EntityManager,
): Promise<boolean> {
  const { type, factor, sessionId, at, seq, subject } = event;
  if (typeof sessionId !== 'string') return false;
  const row = [subject.id, deliveryId, addressTags, type, factor, sessionId, at, seq];
  const [, joined] = await manager.query<[unknown[], number]>(JOIN, row);
  return joined > 0;
}

/** Stores a waiting mail, for others to join. */
export async function keepWaiting(
  { deliveryId, event, addressTags }: GatheredSecurityEmail,
  now: Date,
  manager: EntityManager,
): Promise<void> {
  const { type, factor, sessionId, at, seq, subject } = event;
  if (typeof sessionId !== 'string') return;
  const row = [subject.id, deliveryId, addressTags[0], type, factor, sessionId, at, seq, now];
  await manager.query(KEEP, row);
}

/** The further events that a mail tells of; null if none. */
export async function moreOf(
  { deliveryId, event }: Pick<GatheredSecurityEmail, 'deliveryId' | 'event'>,
  manager: EntityManager,
): Promise<More | null> {
  const [more] = await manager.query<More[]>(FIND, [event.subject.id, deliveryId]);
  return more ?? null;
}

/** Deletes a waiting mail that was sent. False if more has joined it since, which nobody has been told of. */
export async function forgetWaiting(
  { deliveryId, event }: Pick<GatheredSecurityEmail, 'deliveryId' | 'event'>,
  { count }: More,
  manager: EntityManager,
): Promise<boolean> {
  const key = [event.subject.id, deliveryId, count];
  const [, forgotten] = await manager.query<[unknown[], number]>(FORGET, key);
  return forgotten === 1;
}
