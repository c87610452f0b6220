import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail, Clock, RandomSource, type ReversedChange } from '../../../mfa/index.js';

const KEEP = `
  INSERT INTO former_passwords (user_id, id, password_hash, former_version, session_id, after_seq,
    replaced_at)
  SELECT id, $2, password_hash, credentials_version, $3, $4, $5 FROM users WHERE id = $1 AND password_hash IS NOT NULL`;

/**
 * The first one that the change replaced, or one of the sessions whose doing it was, or somebody by mail
 * after it: whoever reads the mailbox may have done that. What another session of the owner has replaced
 * stays where it is: a password that leaked, which the owner has changed, proves nothing.
 */
const FIND = `
  SELECT after_seq AS "afterSeq", password_hash AS "passwordHash" FROM former_passwords
  WHERE user_id = $1 AND password_hash IS NOT NULL AND (id::text = $2
    OR (session_id::text = ANY($3) AND after_seq >= $4)
    OR (session_id IS NULL AND after_seq >= $5))
  ORDER BY after_seq LIMIT 1`;

/** The row of a password that another one replaced has the version that came with that one. */
const REPLACED_IN = `
  SELECT f.password_hash AS "passwordHash" FROM former_passwords f
  JOIN users u ON u.id = f.user_id AND u.credentials_version = f.id
  WHERE f.user_id = $1 AND f.session_id = $2 AND f.password_hash IS NOT NULL`;

const PUT_BACK = `UPDATE users SET password_hash = $2, credentials_version = $3 WHERE id = $1`;

/** The rows stay: they tell which sessions began with which password. */
const FORGET_SINCE = `
  UPDATE former_passwords SET password_hash = NULL WHERE user_id = $1 AND after_seq >= $2`;

/** A password that is about to be replaced. */
export interface Replacement {
  readonly userId: string;
  /** `credentialsVersion` that comes with the new one. */
  readonly version: string;
  /** The session in which it is chosen; null: it is reset by mail. */
  readonly sessionId: string | null;
}

/** A change whose owner says that they did not make it. */
export interface PasswordReversal extends Pick<ReversedChange, 'target'> {
  readonly userId: string;
  /** The sessions whose doing it was. */
  readonly sessionIds: readonly string[];
  /** The event after which these sessions have done anything that the owner did not. */
  readonly seq: number;
  /** The same of whoever chose a password by mail. */
  readonly mailedSeq: number;
}

/**
 * The passwords that others have replaced. Whoever calls holds the account's lock; the order is that of
 * events, which the user's chain gives, and not of clocks.
 */
@Injectable()
export class FormerPasswords {
  constructor(
    private readonly audit: AuditTrail,
    @InjectDataSource() private readonly database: DataSource,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** Keeps the present password, right before another one takes its place. */
  async keep({ userId, version, sessionId }: Replacement, manager: EntityManager): Promise<void> {
    const afterSeq = await this.audit.lastSeq(userId, manager);
    await manager.query(KEEP, [userId, version, sessionId, afterSeq, this.clock.now()]);
  }

  /** The hash of the password that this session has replaced by the present one; null: it did not choose that. */
  async replacedIn(userId: string, sessionId: string): Promise<string | null> {
    const key = [userId, sessionId];
    const [row] = await this.database.query<{ passwordHash: string }[]>(REPLACED_IN, key);
    return row?.passwordHash ?? null;
  }

  /**
   * Puts back the password that was in force before somebody else chose one; where nobody did, the
   * present one stays. What was chosen since is forgotten: a later link, which a thief
   * may have been sent, cannot bring a thief's password back.
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
