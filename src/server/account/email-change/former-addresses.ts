import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { AuditTrail, Clock, type ReversedChange } from '../../../mfa/index.js';
import { foldName } from '../../identity/names.js';
import { type User } from '../../identity/user.entity.js';
import { lockClaims, NO_CODE, releaseClaims } from '../email/address-claims.js';

const KEEP = `
  INSERT INTO former_addresses (user_id, id, address, verified_at, session_id, after_seq, replaced_at)
  SELECT id, $2, email, email_verified_at, $3, $4, $5 FROM users
  WHERE id = $1 AND email IS NOT NULL AND email_verified_at IS NOT NULL`;

/** The earliest address that was replaced by the disowned change, or by one of its sessions since. */
const FIND = `
  SELECT address, verified_at AS "verifiedAt", session_id AS "sessionId", after_seq AS "afterSeq",
    replaced_at AS "replacedAt"
  FROM former_addresses
  WHERE user_id = $1 AND address IS NOT NULL
    AND (id::text = $2 OR (session_id::text = ANY($3) AND after_seq >= $4))
  ORDER BY after_seq LIMIT 1`;

const ALL = `SELECT address FROM former_addresses WHERE user_id = $1 AND address IS NOT NULL`;

const PUT_BACK = `
  UPDATE users SET email = $2, email_key = $3, email_verified_at = $4, email_unasked = false, ${NO_CODE}
  WHERE id = $1`;

/** Somebody else has the former address by now. The culprit's must not stay: resets would go there. */
const TAKE_AWAY = `
  UPDATE users SET email = NULL, email_key = NULL, email_verified_at = NULL, email_unasked = false, ${NO_CODE}
  WHERE id = $1`;

const FORGET_SINCE = `
  UPDATE former_addresses SET address = NULL WHERE user_id = $1 AND after_seq >= $2`;

/** An address that is about to be replaced. */
export interface AddressReplacement {
  readonly userId: string;
  readonly changeId: string;
  /** The session that asked for the new address. */
  readonly sessionId: string;
}

/** A change that its owner disowns. */
export interface AddressReversal extends Pick<ReversedChange, 'target'> {
  readonly userId: string;
  /** The sessions that made it. */
  readonly sessionIds: readonly string[];
  /** The event after which the acts of these sessions are not the owner's. */
  readonly seq: number;
}

/** The outcome of a reversal that concerned the address. */
export interface AddressPutBack {
  /** False: somebody else has the former address, and the account has none now. */
  readonly isBack: boolean;
  readonly sessionId: string;
  /** When it was replaced. */
  readonly at: Date;
}

interface FormerRow {
  readonly address: string;
  readonly verifiedAt: Date;
  readonly sessionId: string;
  readonly afterSeq: string;
  readonly replacedAt: Date;
}

/**
 * Replaced addresses. Callers hold the account's lock. The user's chain of events gives the order,
 * not a clock.
 */
@Injectable()
export class FormerAddresses {
  constructor(
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Keeps the present address just before it is replaced, if its owner has confirmed it. */
  async keep(
    { userId, changeId, sessionId }: AddressReplacement,
    manager: EntityManager,
  ): Promise<void> {
    const afterSeq = await this.audit.lastSeq(userId, manager);
    await manager.query(KEEP, [userId, changeId, sessionId, afterSeq, this.clock.now()]);
  }

  /** The present address and those that may still be put back: links went to them, and resets may go there. */
  async ofUser(
    { id, email }: Pick<User, 'id' | 'email'>,
    manager: EntityManager,
  ): Promise<string[]> {
    const former = await manager.query<{ address: string }[]>(ALL, [id]);
    return [...former.map(({ address }) => address), ...(email === null ? [] : [email])];
  }

  /**
   * Puts back the address from before somebody else chose one; if nobody did, the present one stays.
   * Addresses since are forgotten: a thief reads the mails that went to them, and no link there may
   * bring them back. Call it before any other lock on rows of users is taken.
   *
   * @returns null if no address was replaced
   */
  async putBack(
    { userId, target, sessionIds, seq }: AddressReversal,
    manager: EntityManager,
  ): Promise<AddressPutBack | null> {
    const key = [userId, target ?? null, sessionIds, seq];
    const [former] = await manager.query<FormerRow[]>(FIND, key);
    if (former === undefined) return null;
    const { address, verifiedAt, afterSeq, sessionId, replacedAt: at } = former;
    const claim = { userId, key: foldName(address) };
    const isBack = await lockClaims(claim, manager);
    if (isBack) {
      await releaseClaims(claim, manager);
      await manager.query(PUT_BACK, [userId, address, claim.key, verifiedAt]);
    } else await manager.query(TAKE_AWAY, [userId]);
    await manager.query(FORGET_SINCE, [userId, afterSeq]);
    return { isBack, sessionId, at };
  }
}
