import { Injectable } from '@nestjs/common';
import sql, { raw } from 'sql-template-tag';
import { AccountStore, CHALLENGE_PURPOSES, type Transaction } from '../../core/stores.js';
import { Statements } from './statements.js';

/**
 * The account comes last: its row is what the others are changed behind. The end of the chain goes
 * before its events, so that one that is being written is waited for.
 */
const TABLES = [
  'mfa_challenges',
  'mfa_backup_codes',
  'mfa_methods',
  'mfa_changes',
  'mfa_event_heads',
  'mfa_events',
  'mfa_outbox',
  'mfa_accounts',
];

/** Forgets accounts, in every table. */
@Injectable()
export class TypeOrmAccountStore extends AccountStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async forget(subjectId: string, transaction: Transaction): Promise<void> {
    const budgets = CHALLENGE_PURPOSES.map((purpose) => `subject:${subjectId}:${purpose}`);
    await this.statements.changed(
      sql`DELETE FROM mfa_send_budgets WHERE key = ANY(${budgets}::text[])`,
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
