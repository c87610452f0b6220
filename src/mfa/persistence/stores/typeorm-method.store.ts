import { Injectable } from '@nestjs/common';
import sql, { raw, type Sql } from 'sql-template-tag';
import {
  type Activation,
  type EnrolledMethod,
  type MethodKey,
  type MethodSnapshot,
  MethodStore,
  type Transaction,
} from '../../core/ports/stores.js';
import { SealedRows } from './rows.js';
import { snapshotColumns, snapshotOf, type SnapshotRow } from './snapshot-rows.js';
import { Statements } from '../database/statements.js';
import { storeMethod } from './writes.js';

/** The new version makes a concurrent proof, judged by the active method, be judged again. */
const NOT_ACTIVATED = raw(`activated_at = NULL, activated_in = NULL, activation = NULL,
  activated_version = NULL, version = version + 1`);

/** Keeps methods in `mfa_methods`. */
@Injectable()
export class TypeOrmMethodStore extends MethodStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
  ) {
    super();
  }

  async read(subjectId: string, transaction?: Transaction): Promise<MethodSnapshot> {
    const rows = await this.statements.rows<SnapshotRow>(
      sql`SELECT ${snapshotColumns(subjectId)}
        FROM (SELECT user_id, version FROM mfa_accounts WHERE user_id = ${subjectId}) a
        FULL JOIN (SELECT * FROM mfa_methods WHERE user_id = ${subjectId}) m ON m.user_id = a.user_id
        ORDER BY m.created_at, m.id`,
      transaction,
    );
    return snapshotOf(subjectId, rows, this.sealed);
  }

  async save(method: EnrolledMethod, transaction: Transaction): Promise<void> {
    const state = this.sealed.sealAuthenticators(method.authenticators, method);
    await this.statements.changed(storeMethod(method, state), transaction);
  }

  async activate(
    { subjectId, id }: MethodKey,
    { at, sessionId }: Activation,
    transaction: Transaction,
  ): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_methods SET
          is_active = true, activated_at = ${at}, activated_in = ${sessionId},
          activation = version, activated_version = ${versionOf(subjectId)},
          confirmed_at = coalesce(confirmed_at, ${at}),
          is_primary = NOT EXISTS (
            SELECT 1 FROM mfa_methods p WHERE p.user_id = ${subjectId} AND p.is_primary
          )
        WHERE user_id = ${subjectId} AND id = ${id} AND NOT is_active`,
      transaction,
    );
  }

  async deactivate({ subjectId, id }: MethodKey, transaction: Transaction): Promise<boolean> {
    const changed = await this.statements.changed(
      sql`UPDATE mfa_methods SET is_active = false, ${NOT_ACTIVATED}
        WHERE user_id = ${subjectId} AND id = ${id} AND is_active AND NOT is_primary`,
      transaction,
    );
    return changed === 1;
  }

  async switchOff({ subjectId, id }: MethodKey, transaction: Transaction): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_methods SET is_active = false, is_primary = false, ${NOT_ACTIVATED}
        WHERE user_id = ${subjectId} AND id = ${id}`,
      transaction,
    );
    await this.promoteLongestStanding(subjectId, transaction);
  }

  /** Unsets the old primary first: a unique index allows only one. */
  async makePrimary({ subjectId, id }: MethodKey, transaction: Transaction): Promise<boolean> {
    await this.statements.changed(
      sql`UPDATE mfa_methods SET is_primary = false WHERE user_id = ${subjectId} AND is_primary`,
      transaction,
    );
    const changed = await this.statements.changed(
      sql`UPDATE mfa_methods SET is_primary = true
        WHERE user_id = ${subjectId} AND id = ${id} AND is_active`,
      transaction,
    );
    return changed === 1;
  }

  async delete({ subjectId, id }: MethodKey, transaction: Transaction): Promise<boolean> {
    const changed = await this.statements.changed(
      sql`DELETE FROM mfa_methods WHERE user_id = ${subjectId} AND id = ${id}`,
      transaction,
    );
    await this.promoteLongestStanding(subjectId, transaction);
    return changed === 1;
  }

  /** A login asks for a second factor if there is a primary, so active methods must never be left without one. */
  private async promoteLongestStanding(subjectId: string, transaction: Transaction): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_methods SET is_primary = true
        WHERE user_id = ${subjectId} AND id = (
          SELECT id FROM mfa_methods WHERE user_id = ${subjectId} AND is_active
          ORDER BY activated_version, id LIMIT 1
        ) AND NOT EXISTS (
          SELECT 1 FROM mfa_methods p WHERE p.user_id = ${subjectId} AND p.is_primary
        )`,
      transaction,
    );
  }
}

/** The version of an account that the transaction has locked. */
function versionOf(subjectId: string): Sql {
  return sql`(SELECT a.version FROM mfa_accounts a WHERE a.user_id = ${subjectId})`;
}
