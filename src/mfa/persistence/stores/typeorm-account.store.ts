import { Injectable } from '@nestjs/common';
import sql, { raw } from 'sql-template-tag';
import { AccountStore, type Transaction } from '../../core/ports/stores.js';
import { Statements } from '../database/statements.js';

/**
 * The account comes last, because its lock guards the others. The end of the chain comes before the
 * events, so that this waits for an event that is being written.
 */
const TABLES = [
  'mfa_devices',
  'mfa_challenges',
  'mfa_backup_codes',
  'mfa_methods',
  'mfa_changes',
  'mfa_event_heads',
  'mfa_events',
  'mfa_outbox',
  'mfa_subject_handles',
  'mfa_accounts',
];

/** Deletes accounts from every table. */
@Injectable()
export class TypeOrmAccountStore extends AccountStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async forget(subjectId: string, transaction: Transaction): Promise<void> {
    await this.statements.changed(
      // Locks in the order in which sends are taken.
      sql`WITH own AS MATERIALIZED (
          SELECT key FROM mfa_send_budgets WHERE user_id = ${subjectId}
          ORDER BY key COLLATE "C" FOR UPDATE
        ) DELETE FROM mfa_send_budgets b USING own WHERE b.key = own.key`,
      transaction,
    );
    await this.statements.changed(
      // Locks in the order in which attempts are counted.
      sql`WITH own AS MATERIALIZED (
          SELECT user_id, session_id, factor FROM mfa_session_attempts WHERE user_id = ${subjectId}
          ORDER BY session_id = '*' FOR UPDATE
        ) DELETE FROM mfa_session_attempts s USING own
        WHERE s.user_id = own.user_id AND s.session_id = own.session_id AND s.factor = own.factor`,
      transaction,
    );
    for (const table of TABLES) {
      await this.statements.changed(
        sql`DELETE FROM ${raw(table)} WHERE user_id = ${subjectId}`,
        transaction,
      );
    }
  }
}
