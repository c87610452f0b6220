import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import { type Settlement } from '../../core/ports/attempts.js';
import { DiscoveryStore, type SubjectHandle } from '../../core/ports/discoveries.js';
import { type Transaction } from '../../core/ports/stores.js';
import { Statements } from '../database/statements.js';

/** Keeps handles in `mfa_subject_handles` and spent nonces in `mfa_spent_nonces`. */
@Injectable()
export class TypeOrmDiscoveryStore extends DiscoveryStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async subjectOf({ realm, value }: SubjectHandle): Promise<string | null> {
    const [row] = await this.statements.rows<{ user_id: string }>(
      sql`SELECT user_id FROM mfa_subject_handles WHERE realm = ${realm} AND handle = ${value}`,
    );
    return row?.user_id ?? null;
  }

  async isSpent(nonce: string): Promise<boolean> {
    const rows = await this.statements.rows(
      sql`SELECT 1 FROM mfa_spent_nonces WHERE nonce = ${nonce}`,
    );
    return rows.length > 0;
  }

  /** The index is unique on the nonce alone: a second login waits here, and finds it spent. */
  async spendNonce(nonce: string, expiresAt: Date, transaction: Transaction): Promise<boolean> {
    const spent = await this.statements.changed(
      sql`INSERT INTO mfa_spent_nonces (nonce, expires_at) VALUES (${nonce}, ${expiresAt})
        ON CONFLICT (nonce) DO NOTHING`,
      transaction,
    );
    return spent === 1;
  }
}

/** A further part of a `WITH`, once `gate` has a row. A handle that somebody has stays theirs. */
export function keepHandle({ spent, proven }: Settlement): Sql {
  if (proven.by !== 'method' || proven.handle === undefined) return empty;
  const { realm, value } = proven.handle;
  return sql`, handle AS (
    INSERT INTO mfa_subject_handles (realm, handle, user_id)
    SELECT ${realm}, ${value}, ${spent.challenge.subjectId} WHERE EXISTS (SELECT 1 FROM gate)
    ON CONFLICT (realm, handle) DO NOTHING
  )`;
}
