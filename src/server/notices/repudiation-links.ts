import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import {
  addSeconds,
  Clock,
  KeyRing,
  MfaError,
  type MfaEventType,
  RandomSource,
  type RecordedEvent,
  type RepudiatedChange,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { NOT_ME_PATH } from '../pages/paths.js';

/**
 * Notices of one kind to one address in an hour. Each kind has its own count: many that say little must
 * not keep back the one that matters.
 */
export const NOTICE_LIMIT = { maxNotices: 20, windowSeconds: 3600 } as const;
const TOKEN_BYTES = 32;

/** What people are told of once in the window; the next time says nothing that the first did not. */
const TOLD_ONCE: readonly MfaEventType[] = ['second_factor_failed'];

/** A notice that is about to be sent. */
export interface NoticeRequest {
  /** The same when the notice is sent again. */
  readonly deliveryId: string;
  readonly event: RecordedEvent;
  readonly address: string;
}

/** Whether a notice may be sent: with this link, or why not. */
export type NoticeTicket =
  | { readonly kind: 'granted'; readonly url: string }
  | { readonly kind: 'refused'; readonly reason: 'limit' | 'told already' | 'user gone' };

const LOCK_USER = `SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE`;

const COUNT = `
  SELECT count(DISTINCT delivery_id)::int AS same
  FROM repudiation_tokens
  WHERE address_tag = ANY($1) AND created_at > $2 AND delivery_id <> $3 AND event_type = $4`;

const ADD = `
  INSERT INTO repudiation_tokens (tag, user_id, delivery_id, address_tag, event_type, factor, target,
    event_at, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** One statement decides: of many requests with one token one finds it unspent. */
const SPEND = `
  UPDATE repudiation_tokens SET spent_at = $2
  WHERE tag = ANY($1) AND spent_at IS NULL AND expires_at > $2
  RETURNING user_id AS "subjectId", event_type AS type, factor, target, event_at AS at`;

/** The links by which people say that a change was not theirs, and the count of notices with them. */
@Injectable()
export class RepudiationLinks {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly keyRing: KeyRing,
    private readonly random: RandomSource,
    private readonly clock: Clock,
    private readonly config: ServerConfig,
  ) {}

  /** Makes the link of a notice, unless the address has had its share. */
  async issue({ deliveryId, event, address }: NoticeRequest): Promise<NoticeTicket> {
    const now = this.clock.now();
    const userId = event.subject.id;
    const [addressTag, ...olderTags] = this.keyRing.tags('send-address', address.toLowerCase());
    const token = this.random.bytes(TOKEN_BYTES).toString('base64url');
    return this.database.transaction(async (manager) => {
      // Notices to one user are counted one after the other, whichever servers send them.
      const users = await manager.query<unknown[]>(LOCK_USER, [userId]);
      if (users.length === 0) return { kind: 'refused', reason: 'user gone' };
      const since = addSeconds(now, -NOTICE_LIMIT.windowSeconds);
      const counted = [[addressTag, ...olderTags], since, deliveryId, event.type];
      const [sent] = await manager.query<{ same: number }[]>(COUNT, counted);
      if (TOLD_ONCE.includes(event.type) && (sent?.same ?? 0) > 0) {
        return { kind: 'refused', reason: 'told already' };
      }
      if ((sent?.same ?? 0) >= NOTICE_LIMIT.maxNotices) return { kind: 'refused', reason: 'limit' };
      const expiresAt = addSeconds(now, this.config.notMeLinkSeconds);
      const change = [event.type, event.factor, event.target ?? null, event.at];
      const tag = this.keyRing.tag('mailed-link', token);
      const row = [tag, userId, deliveryId, addressTag, ...change, now, expiresAt];
      await manager.query(ADD, row);
      // Behind the #, no server and no log between here and there sees it.
      return { kind: 'granted', url: `${this.config.publicUrl}${NOT_ME_PATH}#${token}` };
    });
  }

  /**
   * Spends a token in the caller's transaction.
   *
   * @returns the change that the link takes back
   * @throws {MfaError} `invalid_token`, also for one that is spent or has ended
   */
  async spend(token: string, manager: EntityManager): Promise<RepudiatedChange> {
    const tags = this.keyRing.tags('mailed-link', token);
    const key = [tags, this.clock.now()];
    const [changes] = await manager.query<[RepudiatedChange[], number]>(SPEND, key);
    const [change] = changes;
    if (change === undefined) throw new MfaError('invalid_token');
    return change;
  }
}
