import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, KeyRing } from '../../../mfa/index.js';
import { foldName } from '../../identity/names.js';
import { NO_CODE, releaseClaims } from './address-claims.js';
import { ConfirmationCounts } from './confirmation-counts.js';
import { VERIFICATION_CODE } from './email-verification-limits.js';

/** The life of a link or a code. */
export interface ConfirmationLife {
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** One mail that is about to be sent. */
export interface ConfirmationOffer extends ConfirmationLife {
  readonly userId: string;
  /** The same when the mail is sent again. */
  readonly deliveryId: string;
  /** The code of the mail; null if it has a link. */
  readonly code: string | null;
}

/** Whether the mail may be sent, and to which address. */
export type ConfirmationTicket =
  | { readonly kind: 'granted'; readonly address: string }
  | { readonly kind: 'refused'; readonly reason: 'limit' | 'nothing to confirm' };

/** A user's address to confirm; for a typed code, also its tag and the session. */
export interface Confirmation {
  readonly userId: string;
  readonly address: string;
  readonly code?: { readonly tag: string; readonly sessionId: string | null };
}

/** A code that is being tried. */
export interface CodeTrial {
  readonly address: string;
  readonly tag: string;
}

/**
 * Locks all users who claim this user's address. Mails to it are counted under this lock, and of
 * several simultaneous confirmations one wins.
 */
const LOCK_CLAIMANTS = `
  SELECT id, email_verified_at IS NOT NULL AS "isConfirmed" FROM users
  WHERE email_key = (SELECT email_key FROM users WHERE id = $1)
  ORDER BY id FOR NO KEY UPDATE`;

const FIND_ADDRESS = `
  SELECT email FROM users
  WHERE id = $1 AND email IS NOT NULL AND email_verified_at IS NULL AND disabled_at IS NULL`;

const IS_CONFIRMED = `
  SELECT 1 FROM users WHERE email_key = $1 AND email_verified_at IS NOT NULL`;

/** A new code replaces the old one and its attempts; the same code sent again keeps its attempts. */
const KEEP_CODE = `
  UPDATE users SET email_code_tag = $2, email_code_expires_at = $3, email_code_attempts =
    CASE WHEN email_code_tag = $2 THEN email_code_attempts ELSE 0 END
  WHERE id = $1`;

const SPEND_ATTEMPT = `
  UPDATE users SET email_code_attempts = email_code_attempts + 1
  WHERE id = $1 AND email_code_tag IS NOT NULL AND email_code_expires_at > $2
    AND email_code_attempts < $3 AND email IS NOT NULL AND email_verified_at IS NULL
  RETURNING email AS address, email_code_tag AS tag`;

const IS_EXHAUSTED = `
  SELECT 1 FROM users WHERE id = $1 AND email_code_expires_at > $2 AND email_code_attempts >= $3`;

const MAY_CONFIRM = `
  SELECT 1 FROM users
  WHERE id = $1 AND email_key = $2 AND email_verified_at IS NULL AND disabled_at IS NULL`;

/** The code is still the judged one, and the session in which it was typed is alive. */
const MAY_CONFIRM_BY_CODE = `${MAY_CONFIRM} AND email_code_tag = $3 AND EXISTS (
    SELECT 1 FROM sessions s
    WHERE s.user_id = users.id AND s.id = $4 AND s.ended_at IS NULL AND s.expires_at > $5
  )`;

const CONFIRM = `UPDATE users SET email_verified_at = $2, ${NO_CODE} WHERE id = $1`;

/** Addresses and their confirmations, as columns of `users`. Row counts decide. */
@Injectable()
export class EmailVerificationRows {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly counts: ConfirmationCounts,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts the mail and stores the tag of its code, unless there is nothing to confirm or the
   * address has reached its limit.
   */
  async offer({
    userId,
    deliveryId,
    code,
    expiresAt,
  }: ConfirmationOffer): Promise<ConfirmationTicket> {
    return this.database.transaction(async (manager) => {
      const isFree = await this.lockUnconfirmed(userId, manager);
      const [user] = await manager.query<{ email: string }[]>(FIND_ADDRESS, [userId]);
      if (!isFree || user === undefined) return { kind: 'refused', reason: 'nothing to confirm' };
      const isCounted = await this.counts.take(user.email, deliveryId, manager);
      if (!isCounted) return { kind: 'refused', reason: 'limit' };
      if (code !== null) {
        const tag = this.keyRing.tag('mailed-code', codeText(userId, user.email, code));
        await manager.query(KEEP_CODE, [userId, tag, expiresAt]);
      }
      return { kind: 'granted', address: user.email };
    });
  }

  /** Spends one attempt and commits it before the code is judged. Null if there is no code that could be right. */
  async spendAttempt(userId: string): Promise<CodeTrial | null> {
    const key = [userId, this.clock.now(), VERIFICATION_CODE.maxAttempts];
    const [[trial]] = await this.database.query<[CodeTrial[], number]>(SPEND_ATTEMPT, key);
    return trial ?? null;
  }

  /** Whether a code that has not expired was tried too often. */
  async isExhausted(userId: string): Promise<boolean> {
    const key = [userId, this.clock.now(), VERIFICATION_CODE.maxAttempts];
    return (await this.database.query<unknown[]>(IS_EXHAUSTED, key)).length > 0;
  }

  /** The tags of this code under each key of the ring. */
  codeTags(userId: string, address: string, code: string): string[] {
    return this.keyRing.tags('mailed-code', codeText(userId, address, code));
  }

  /** Whether somebody has confirmed the address. */
  async isConfirmed(address: string, manager: EntityManager): Promise<boolean> {
    return (await manager.query<unknown[]>(IS_CONFIRMED, [foldName(address)])).length > 0;
  }

  /**
   * Confirms an address, once, and takes it from all other claimants. False if the user has another
   * address by now, somebody has confirmed it, or the code was replaced.
   *
   * @param manager of the transaction that records it
   */
  async confirm({ userId, address, code }: Confirmation, manager: EntityManager): Promise<boolean> {
    const [key, now] = [[userId, foldName(address)], this.clock.now()];
    const isFree = await this.lockUnconfirmed(userId, manager);
    const found =
      code === undefined
        ? await manager.query<unknown[]>(MAY_CONFIRM, key)
        : await manager.query<unknown[]>(MAY_CONFIRM_BY_CODE, [
            ...key,
            code.tag,
            code.sessionId,
            now,
          ]);
    if (!isFree || found.length === 0) return false;
    await releaseClaims({ userId, key: foldName(address) }, manager);
    await manager.query(CONFIRM, [userId, now]);
    await this.counts.forget(address, manager);
    return true;
  }

  /** Locks all users who claim this user's address. False if one of them has confirmed it. */
  private async lockUnconfirmed(userId: string, manager: EntityManager): Promise<boolean> {
    const claimants = await manager.query<{ isConfirmed: boolean }[]>(LOCK_CLAIMANTS, [userId]);
    return claimants.length > 0 && claimants.every(({ isConfirmed }) => isConfirmed === false);
  }
}

/** Binds a code to one user and one address: it dies when either changes. */
function codeText(userId: string, address: string, code: string): string {
  return `${userId} ${address.toLowerCase()} ${code}`;
}
