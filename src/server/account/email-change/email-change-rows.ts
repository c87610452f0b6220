import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { addSeconds, Clock, KeyRing, RandomSource } from '../../../mfa/index.js';
import { foldName } from '../../identity/names.js';
import { spendResetLinks } from '../../identity/spend-reset-links.js';
import { type User } from '../../identity/user.entity.js';
import { UsersService } from '../../identity/users.service.js';
import { lockClaims, NO_CODE, releaseClaims } from '../email/address-claims.js';
import { ConfirmationCounts } from '../email/confirmation-counts.js';
import { VERIFICATION_CODE, VERIFICATION_LIMIT } from '../email/email-verification-limits.js';
import { type ConfirmationLife } from '../email/email-verification-rows.js';
import { FormerAddresses } from './former-addresses.js';
import { findOpenChange, IS_OPEN, lockOpenChange, type OpenChange } from './open-change.js';

/** One change of one user's address. */
export interface ChangeKey {
  readonly userId: string;
  readonly changeId: string;
}

/** A change that is asked for. */
export interface AskedChange extends ConfirmationLife {
  readonly userId: string;
  readonly sessionId: string;
  /** The new address. */
  readonly address: string;
  /** The version of the account's methods, by which the proof was judged. */
  readonly accountVersion: number;
}

/** Whether the mail of a change may be sent, and what it says. */
export type ChangeTicket =
  | {
      readonly kind: 'granted';
      readonly change: OpenChange;
      /** Whether another account has confirmed the address: then the mail confirms nothing. */
      readonly isTaken: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: 'limit' | 'nothing to confirm' };

/** A code that is being tried. */
export interface ChangeTrial {
  readonly changeId: string;
  readonly tag: string;
}

const BEGIN = `
  INSERT INTO email_changes (user_id, id, address, session_id, credentials_version, account_version,
    requested_at, expires_at)
  SELECT id, $2, $3, $4, credentials_version, $5, $6, $7 FROM users WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, address = excluded.address,
    session_id = excluded.session_id, credentials_version = excluded.credentials_version,
    account_version = excluded.account_version, code_tag = NULL, attempts = 0,
    requested_at = excluded.requested_at, expires_at = excluded.expires_at, confirmed_at = NULL`;

const IS_TAKEN = `
  SELECT 1 FROM users WHERE email_key = $2 AND id <> $1 AND email_verified_at IS NOT NULL`;

/** The same code sent again keeps its attempts. */
const KEEP_CODE = `
  UPDATE email_changes SET code_tag = $2, attempts = CASE WHEN code_tag = $2 THEN attempts ELSE 0 END
  WHERE user_id = $1`;

/** A code is typed in the session that has asked for the change. */
const SPEND_ATTEMPT = `
  UPDATE email_changes c SET attempts = c.attempts + 1 FROM users u
  WHERE c.user_id = $1 AND u.id = c.user_id AND ${IS_OPEN}
    AND c.code_tag IS NOT NULL AND c.attempts < $3 AND c.session_id = $4
  RETURNING c.id AS "changeId", c.code_tag AS tag`;

const IS_EXHAUSTED = `
  SELECT 1 FROM email_changes
  WHERE user_id = $1 AND confirmed_at IS NULL AND expires_at > $2 AND attempts >= $3`;

const IS_DONE = `
  SELECT 1 FROM email_changes c JOIN users u ON u.id = c.user_id AND u.email = c.address
  WHERE c.user_id = $1 AND c.confirmed_at IS NOT NULL AND c.expires_at > $2 AND c.session_id = $3`;

const ADDRESS_OF = `SELECT address FROM email_changes WHERE user_id = $1 AND id::text = $2`;

const SWITCH = `
  UPDATE users SET email = $2, email_key = $3, email_verified_at = $4, email_unasked = false, ${NO_CODE}
  WHERE id = $1`;

const CONFIRMED = `UPDATE email_changes SET confirmed_at = $2 WHERE user_id = $1`;

/** Changes of addresses that are asked for and not confirmed yet. Row counts decide. */
@Injectable()
export class EmailChangeRows {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly users: UsersService,
    private readonly former: FormerAddresses,
    private readonly counts: ConfirmationCounts,
    private readonly keyRing: KeyRing,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** The change of a user that can be confirmed now; null if there is none. */
  async findOpen(userId: string): Promise<OpenChange | null> {
    return findOpenChange(userId, this.clock.now(), this.database.manager);
  }

  /** Whether this session has asked for the same a moment ago. Its answer may have been lost. */
  async isJustAsked({
    userId,
    sessionId,
    address,
  }: Pick<AskedChange, 'userId' | 'sessionId' | 'address'>): Promise<boolean> {
    const open = await this.findOpen(userId);
    if (open?.sessionId !== sessionId || open.address !== address) return false;
    const { cooldownSeconds } = VERIFICATION_LIMIT;
    return open.requestedAt > addSeconds(this.clock.now(), -cooldownSeconds);
  }

  /** Begins a change in the place of any other of this user. @returns its id */
  async begin(
    { userId, sessionId, address, accountVersion, requestedAt, expiresAt }: AskedChange,
    manager: EntityManager,
  ): Promise<string> {
    const id = this.random.rowId();
    const facts = [address, sessionId, accountVersion, requestedAt, expiresAt];
    await manager.query(BEGIN, [userId, id, ...facts]);
    return id;
  }

  /**
   * Counts the mail, and stores the tag of its code. Where the address is another account's, it
   * stores one that no code has: wrong codes cost the same, so that nobody learns of it by them.
   *
   * @param mail its `code` is null if it has a link
   */
  async offer(
    { userId, changeId }: ChangeKey,
    { deliveryId, code }: { readonly deliveryId: string; readonly code: string | null },
  ): Promise<ChangeTicket> {
    return this.database.transaction(async (manager) => {
      const change = await lockOpenChange(userId, this.clock.now(), manager);
      if (change?.id !== changeId) return { kind: 'refused', reason: 'nothing to confirm' };
      const isCounted = await this.counts.take(change.address, deliveryId, manager);
      if (!isCounted) return { kind: 'refused', reason: 'limit' };
      const key = [userId, foldName(change.address)];
      const isTaken = (await manager.query<unknown[]>(IS_TAKEN, key)).length > 0;
      if (code !== null) {
        const kept = isTaken ? this.random.bytes(16).toString('base64url') : code;
        const tag = this.keyRing.tag('mailed-code', codeText({ userId, changeId }, kept));
        await manager.query(KEEP_CODE, [userId, tag]);
      }
      return { kind: 'granted', change, isTaken };
    });
  }

  /** Spends one attempt and commits it before the code is judged. Null if there is no code that could be right. */
  async spendAttempt(userId: string, sessionId: string | null): Promise<ChangeTrial | null> {
    const key = [userId, this.clock.now(), VERIFICATION_CODE.maxAttempts, sessionId];
    const [[trial]] = await this.database.query<[ChangeTrial[], number]>(SPEND_ATTEMPT, key);
    return trial ?? null;
  }

  /** Whether a code that has not expired was tried too often. */
  async isExhausted(userId: string): Promise<boolean> {
    const key = [userId, this.clock.now(), VERIFICATION_CODE.maxAttempts];
    return (await this.database.query<unknown[]>(IS_EXHAUSTED, key)).length > 0;
  }

  /** Whether the newest change of this session was confirmed, in the time that it had for that. */
  async isDone(userId: string, sessionId: string | null): Promise<boolean> {
    const key = [userId, this.clock.now(), sessionId];
    return (await this.database.query<unknown[]>(IS_DONE, key)).length > 0;
  }

  /** The tags of this code under each key of the ring. */
  codeTags(key: ChangeKey, code: string): string[] {
    return this.keyRing.tags('mailed-code', codeText(key, code));
  }

  /**
   * Gives the user the new address, once, and takes it from all who have not confirmed it. Ends the
   * reset links and the code of the old one. The caller holds the account's lock.
   *
   * @param manager of the transaction that records it
   * @returns the user as before, and the session that asked; null if the change is over or replaced, or
   *   somebody else has confirmed the address
   */
  async confirm(
    { userId, changeId }: ChangeKey,
    manager: EntityManager,
  ): Promise<{ readonly before: User; readonly sessionId: string } | null> {
    const [asked] = await manager.query<{ address: string }[]>(ADDRESS_OF, [userId, changeId]);
    if (asked === undefined) return null;
    const claim = { userId, key: foldName(asked.address) };
    const isFree = await lockClaims(claim, manager);
    const change = await lockOpenChange(userId, this.clock.now(), manager);
    const before = await this.users.findById(userId, manager);
    if (!isFree || change?.id !== changeId || before === null) return null;
    const { sessionId, address } = change;
    const now = this.clock.now();
    await this.former.keep({ userId, changeId, sessionId }, manager);
    await releaseClaims(claim, manager);
    await manager.query(SWITCH, [userId, address, claim.key, now]);
    await manager.query(CONFIRMED, [userId, now]);
    await spendResetLinks(userId, now, manager);
    await this.counts.forget(address, manager);
    return { before, sessionId };
  }
}

/** Binds a code to one change, which has one user and one address. */
function codeText({ userId, changeId }: ChangeKey, code: string): string {
  return `${userId} ${changeId} ${code}`;
}
