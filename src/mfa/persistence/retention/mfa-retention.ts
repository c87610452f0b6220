import { Injectable } from '@nestjs/common';
import sql, { type Sql } from 'sql-template-tag';
import { ChangeStore, undoableSeconds } from '../../core/reversal/changes.js';
import { Disposal } from '../../core/reversal/disposal.js';
import { LONGEST_SEND_WINDOW_SECONDS } from '../../core/sending/send-policy.js';
import { addSeconds } from '../../contract/clock.js';
import { deleteInBatches, type DeletionBounds } from '../database/delete-in-batches.js';
import { MfaOptions } from '../../core/options/mfa.options.js';
import { Statements } from '../database/statements.js';

/** The time of a run, and its bounds for each table. */
export interface RetentionScope extends DeletionBounds {
  readonly now: Date;
}

/** How many rows were deleted, by table. */
export type CleanedRows = Readonly<Record<string, number>>;

/** Hosts may have clocks of their own: what has ended by one may not have ended by another. */
const GRACE_SECONDS = 3600;

/** For 30 days an operator can examine what was never delivered. */
const KEPT_AFTER_FAILURE_SECONDS = 30 * 86_400;

/** Wrong proofs of a session are kept for 30 days, which is longer than any lock. */
const SESSION_ATTEMPTS_KEPT_SECONDS = 30 * 86_400;

/**
 * Deletes what has expired: ended challenges, counts of sends whose window is over, old failures of
 * sessions, spent nonces, forgotten devices, deliveries given up long ago, and changes that can no longer
 * be reversed. Methods with
 * their failures and locks, backup codes and events stay. Several servers may run it at once: each
 * skips the rows that another has locked.
 */
@Injectable()
export class MfaRetention {
  constructor(
    private readonly statements: Statements,
    private readonly changes: ChangeStore,
    private readonly disposal: Disposal,
    private readonly options: MfaOptions,
  ) {}

  /** @param scope its `maxRows` counts for each table */
  async run(scope: RetentionScope): Promise<CleanedRows> {
    const before = addSeconds(scope.now, -GRACE_SECONDS);
    return {
      mfa_challenges: await this.delete(scope, (limit) => deleteChallenges(before, limit)),
      mfa_send_budgets: await this.delete(scope, (limit) =>
        deleteSendBudgets(addSeconds(before, -LONGEST_SEND_WINDOW_SECONDS), limit),
      ),
      mfa_session_attempts: await this.delete(scope, (limit) =>
        deleteSessionAttempts(addSeconds(scope.now, -SESSION_ATTEMPTS_KEPT_SECONDS), limit),
      ),
      mfa_spent_nonces: await this.delete(scope, (limit) => deleteSpentNonces(before, limit)),
      mfa_devices: await this.delete(scope, (limit) => deleteDevices(before, limit)),
      mfa_outbox: await this.delete(scope, (limit) =>
        deleteFailedDeliveries(addSeconds(scope.now, -KEPT_AFTER_FAILURE_SECONDS), limit),
      ),
      mfa_changes: await deleteInBatches(scope, (limit) =>
        this.finish(addSeconds(before, -undoableSeconds(this.options)), limit),
      ),
    };
  }

  /** Makes changes final: what they removed cannot come back, so its handler disposes of it. */
  private async finish(before: Date, limit: number): Promise<number> {
    const final = await this.changes.purge(before, limit);
    for (const change of final) await this.disposal.disposeOfChange(change);
    return final.length;
  }

  private delete(bounds: DeletionBounds, statement: (limit: number) => Sql): Promise<number> {
    return deleteInBatches(bounds, (limit) => this.statements.changed(statement(limit)));
  }
}

/** Spent challenges also stay until they expire: until then they tell why a proof is refused. */
function deleteChallenges(before: Date, limit: number): Sql {
  return sql`WITH ended AS MATERIALIZED (
      SELECT user_id, id FROM mfa_challenges WHERE expires_at <= ${before}::timestamptz
      ORDER BY expires_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    ) DELETE FROM mfa_challenges c USING ended
    WHERE c.user_id = ended.user_id AND c.id = ended.id`;
}

function deleteSendBudgets(before: Date, limit: number): Sql {
  return sql`WITH ended AS MATERIALIZED (
      SELECT key FROM mfa_send_budgets WHERE window_started_at <= ${before}::timestamptz
      ORDER BY window_started_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    ) DELETE FROM mfa_send_budgets b USING ended WHERE b.key = ended.key`;
}

function deleteSessionAttempts(before: Date, limit: number): Sql {
  return sql`WITH ended AS MATERIALIZED (
      SELECT user_id, session_id, factor FROM mfa_session_attempts
      WHERE last_failed_at <= ${before}::timestamptz
      ORDER BY last_failed_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    ) DELETE FROM mfa_session_attempts s USING ended
    WHERE s.user_id = ended.user_id AND s.session_id = ended.session_id
      AND s.factor = ended.factor`;
}

function deleteSpentNonces(before: Date, limit: number): Sql {
  return sql`WITH ended AS MATERIALIZED (
      SELECT nonce FROM mfa_spent_nonces WHERE expires_at <= ${before}::timestamptz
      ORDER BY expires_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    ) DELETE FROM mfa_spent_nonces s USING ended WHERE s.nonce = ended.nonce`;
}

function deleteDevices(before: Date, limit: number): Sql {
  return sql`WITH ended AS MATERIALIZED (
      SELECT user_id, id FROM mfa_devices WHERE expires_at <= ${before}::timestamptz
      ORDER BY expires_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    ) DELETE FROM mfa_devices d USING ended WHERE d.user_id = ended.user_id AND d.id = ended.id`;
}

function deleteFailedDeliveries(before: Date, limit: number): Sql {
  return sql`WITH failed AS MATERIALIZED (
      SELECT user_id, id FROM mfa_outbox WHERE failed_at <= ${before}::timestamptz
      ORDER BY failed_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    ) DELETE FROM mfa_outbox o USING failed WHERE o.user_id = failed.user_id AND o.id = failed.id`;
}
