import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import {
  addSeconds,
  Clock,
  KeyRing,
  MfaError,
  RandomSource,
  type RecordedEvent,
  type ReversedChange,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { NOT_ME_PATH } from '../config/paths.js';
import { lockUser } from '../identity/lock-user.js';
import { SECURITY_EMAIL_BOUNDS, SECURITY_EMAIL_LIMIT } from './security-email-limits.js';
import { type SecurityEmailKind } from '../texts/language-texts.js';
import {
  forgetWaiting,
  joinWaiting,
  keepWaiting,
  type More,
  moreOf,
} from './waiting-security-emails.js';

const TOKEN_BYTES = 32;

/** Several times the length of our tokens. */
export const LONGEST_NOT_ME_TOKEN = 256;

/** A security e-mail that is about to be sent. */
export interface SecurityEmailRequest {
  /** The same when the mail is sent again. */
  readonly deliveryId: string;
  readonly event: RecordedEvent;
  readonly kind: SecurityEmailKind;
  readonly address: string;
  /** False: the mail has no link, so its row is already spent and only counts the mail. */
  readonly hasLink: boolean;
}

/** Whether a security e-mail may be sent: the link, or why not. */
export type SecurityEmailTicket =
  | {
      readonly kind: 'granted';
      readonly url: string;
      /** What else the mail tells; null if nothing. */
      readonly more: More | null;
    }
  | Refused;

type Refused =
  | {
      readonly kind: 'refused';
      readonly reason: 'limit' | 'told already' | 'user gone' | 'told with another';
    }
  | { readonly kind: 'refused'; readonly reason: 'later'; readonly until: Date };

/** Mails of one kind: their number in the window, the first of these, and those about the same moment. */
const COUNT = `
  SELECT count(DISTINCT delivery_id) FILTER (WHERE created_at > $2)::int AS recent,
    min(created_at) FILTER (WHERE created_at > $2) AS "firstAt",
    count(DISTINCT delivery_id) FILTER (WHERE user_id = $5 AND event_at = $6)::int AS same
  FROM repudiation_tokens
  WHERE address_tag = ANY($1) AND created_at > least($2, $6) AND delivery_id <> $3
    AND event_type = $4`;

/** Redates to now what a fast clock has counted. */
const REDATE = `
  UPDATE repudiation_tokens SET created_at = $2 WHERE address_tag = ANY($1) AND created_at > $2`;

const ADD = `
  INSERT INTO repudiation_tokens (tag, user_id, delivery_id, address_tag, event_type, factor, target,
    change_id, session_id, event_seq, event_at, created_at, expires_at, spent_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;

/** One atomic statement: of many requests with one token, one finds it unspent. */
const SPEND = `
  UPDATE repudiation_tokens SET spent_at = $2
  WHERE tag = ANY($1) AND spent_at IS NULL AND expires_at > $2
  RETURNING user_id AS "subjectId", event_type AS type, factor, target, change_id AS "changeId",
    session_id AS "sessionId", event_seq::int AS seq, event_at AS at`;

const OWNER = `
  SELECT user_id AS "userId" FROM repudiation_tokens
  WHERE tag = ANY($1) AND spent_at IS NULL AND expires_at > $2`;

/** The links by which people disown a change, and with them the count of security e-mails. */
@Injectable()
export class ReversalLinks {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly keyRing: KeyRing,
    private readonly random: RandomSource,
    private readonly clock: Clock,
    private readonly config: ServerConfig,
  ) {}

  /**
   * Makes the link of a security e-mail, unless the address has reached the limit of its kind, for
   * now or for good.
   */
  async issue(request: SecurityEmailRequest): Promise<SecurityEmailTicket> {
    const { deliveryId, event, address } = request;
    const now = this.clock.now();
    const userId = event.subject.id;
    const tags = this.keyRing.tags('send-address', address.toLowerCase());
    const token = this.random.bytes(TOKEN_BYTES).toString('base64url');
    return this.database.transaction(async (manager) => {
      // This lock serialises the count of one user's mails, over all servers.
      if (!(await lockUser(userId, manager))) return { kind: 'refused', reason: 'user gone' };
      const gathered = { deliveryId, event, addressTags: tags };
      const mayJoin = SECURITY_EMAIL_BOUNDS[request.kind] === 'each_time';
      if (mayJoin && (await joinWaiting(gathered, manager))) {
        return { kind: 'refused', reason: 'told with another' };
      }
      const refused = await this.refusal(request, { tags, now }, manager);
      if (refused?.reason === 'later') await keepWaiting(gathered, now, manager);
      if (refused !== null) return refused;
      const expiresAt = addSeconds(now, this.config.notMeLinkSeconds);
      const tag = this.keyRing.tag('mailed-link', token);
      const spentAt = request.hasLink ? null : now;
      const row = [tag, userId, deliveryId, tags[0], ...changeOf(event), now, expiresAt, spentAt];
      await manager.query(ADD, row);
      // After the `#`, no server and no log on the way sees the token.
      const url = `${this.config.publicUrl}${NOT_ME_PATH}#${token}`;
      return { kind: 'granted', url, more: await moreOf(gathered, manager) };
    });
  }

  /** Call this after a waiting mail was sent. @returns false if more has happened since that it did not tell */
  async forget(
    request: Pick<SecurityEmailRequest, 'deliveryId' | 'event'>,
    more: More,
  ): Promise<boolean> {
    return forgetWaiting(request, more, this.database.manager);
  }

  /** Why a mail is not sent; null if it is. */
  private async refusal(
    { deliveryId, event, kind }: SecurityEmailRequest,
    { tags, now }: { readonly tags: readonly string[]; readonly now: Date },
    manager: EntityManager,
  ): Promise<Refused | null> {
    const bound = SECURITY_EMAIL_BOUNDS[kind];
    const since = addSeconds(now, -SECURITY_EMAIL_LIMIT.windowSeconds);
    await manager.query(REDATE, [tags, now]);
    const counted = [tags, since, deliveryId, event.type, event.subject.id, event.at];
    const [sent] = await manager.query<SentSecurityEmails[]>(COUNT, counted);
    const { recent = 0, same = 0, firstAt = null } = sent ?? {};
    const wasTold = { kind: 'refused', reason: 'told already' } as const;
    if (bound === 'once_in_window' && recent > 0) return wasTold;
    if (bound === 'once_at_a_time' && same > 0) return wasTold;
    if (recent < SECURITY_EMAIL_LIMIT.maxEmails) return null;
    if (bound === 'limited') return { kind: 'refused', reason: 'limit' };
    const until = addSeconds(firstAt ?? now, SECURITY_EMAIL_LIMIT.windowSeconds);
    return { kind: 'refused', reason: 'later', until };
  }

  /**
   * The user whom a token is about.
   *
   * @throws {MfaError} as {@link spend}
   */
  async ownerOf(token: string): Promise<string> {
    const [owner] = await this.database.query<{ userId: string }[]>(OWNER, this.keyOf(token));
    if (owner === undefined) throw new MfaError('invalid_token');
    return owner.userId;
  }

  /**
   * Spends a token in the caller's transaction.
   *
   * @returns the change that the link reverses
   * @throws {MfaError} `invalid_token`, also for a token that is too long, spent or expired
   */
  async spend(token: string, manager: EntityManager): Promise<ReversedChange> {
    const [changes] = await manager.query<[ReversedChange[], number]>(SPEND, this.keyOf(token));
    const [change] = changes;
    if (change === undefined) throw new MfaError('invalid_token');
    return change;
  }

  private keyOf(token: string): [tags: string[], now: Date] {
    if (token.length > LONGEST_NOT_ME_TOKEN) throw new MfaError('invalid_token');
    return [this.keyRing.tags('mailed-link', token), this.clock.now()];
  }
}

interface SentSecurityEmails {
  readonly recent: number;
  readonly firstAt: Date | null;
  readonly same: number;
}

/** The change that a link is about, as columns. */
function changeOf({ type, factor, target, changeId, sessionId, seq, at }: RecordedEvent) {
  return [type, factor, target ?? null, changeId ?? null, sessionId ?? null, seq, at];
}
