import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail, Clock, RandomSource, type ReversedChange } from '../../../mfa/index.js';

const KEEP = `
  INSERT INTO former_passwords (user_id, id, password_hash, former_version, session_id, after_seq,
    replaced_at)
  SELECT id, $2, password_hash, credentials_version, $3, $4, $5 FROM users WHERE id = $1 AND password_hash IS NOT NULL`;

/**
 * The earliest password that was replaced by the disowned change, by one of its sessions since, or
 * by mail since, which a reader of the mailbox may have done. A replacement in another session of
 * the owner stays: the owner may have changed a leaked password, which must not come back.
 */
const FIND = `
  SELECT after_seq AS "afterSeq", password_hash AS "passwordHash" FROM former_passwords
  WHERE user_id = $1 AND password_hash IS NOT NULL AND (id::text = $2
    OR (session_id::text = ANY($3) AND after_seq >= $4)
    OR (session_id IS NULL AND after_seq >= $5))
  ORDER BY after_seq LIMIT 1`;

/** The row of a former password has the version of the password that replaced it. */
const REPLACED_IN = `
  SELECT f.password_hash AS "passwordHash" FROM former_passwords f
  JOIN users u ON u.id = f.user_id AND u.credentials_version = f.id
  WHERE f.user_id = $1 AND f.session_id = $2 AND f.password_hash IS NOT NULL`;

const PUT_BACK = `UPDATE users SET password_hash = $2, credentials_version = $3 WHERE id = $1`;

/** The rows stay: they tell which session began with which password. */
const FORGET_SINCE = `
  UPDATE former_passwords SET password_hash = NULL WHERE user_id = $1 AND after_seq >= $2`;

/** A password that is about to be replaced. */
export interface Replacement {
  readonly userId: string;
  /** The `credentialsVersion` of the new password. */
  readonly version: string;
  /** The session that changes it; null if it is reset by mail. */
  readonly sessionId: string | null;
}

/** A change that its owner disowns. */
export interface PasswordReversal extends Pick<ReversedChange, 'target'> {
  readonly userId: string;
  /** The sessions that made it. */
  readonly sessionIds: readonly string[];
  /** The event after which the acts of these sessions are not the owner's. */
  readonly seq: number;
  /** The same for passwords reset by mail. */
  readonly mailedSeq: number;
}

/**
 * Replaced passwords. Callers hold the account's lock. The user's chain of events gives the order,
 * not a clock.
 */
@Injectable()
export class FormerPasswords {
  constructor(
    private readonly audit: AuditTrail,
    @InjectDataSource() private readonly database: DataSource,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** Keeps the present password just before it is replaced. */
  async keep({ userId, version, sessionId }: Replacement, manager: EntityManager): Promise<void> {
    const afterSeq = await this.audit.lastSeq(userId, manager);
    await manager.query(KEEP, [userId, version, sessionId, afterSeq, this.clock.now()]);
  }

  /**
   * The hash of the password that this session replaced by the present one; null if another session
   * chose the present one.
   */
  async replacedIn(userId: string, sessionId: string): Promise<string | null> {
    const key = [userId, sessionId];
    const [row] = await this.database.query<{ passwordHash: string }[]>(REPLACED_IN, key);
    return row?.passwordHash ?? null;
  }

  /**
   * Puts back the password from before somebody else chose one; if nobody did, the present one
   * stays. Passwords chosen since are forgotten: a thief may receive a later link, which must not
   * bring the thief's password back.
   */
  async putBack(
    { userId, target, sessionIds, seq, mailedSeq }: PasswordReversal,
    manager: EntityManager,
  ): Promise<void> {
    const [former] = await manager.query<{ afterSeq: string; passwordHash: string }[]>(FIND, [
      userId,
      target ?? null,
      sessionIds,
      seq,
      mailedSeq,
    ]);
    if (former === undefined) return;
    await manager.query(PUT_BACK, [userId, former.passwordHash, this.random.rowId()]);
    await manager.query(FORGET_SINCE, [userId, former.afterSeq]);
  }
}
