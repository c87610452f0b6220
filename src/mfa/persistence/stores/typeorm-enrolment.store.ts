import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import { type Enrolment, EnrolmentStore } from '../../core/methods/enrolments.js';
import { type Transaction } from '../../core/ports/stores.js';
import { RandomSource } from '../../contract/random.js';
import { EventRows } from './event-rows.js';
import { SealedRows } from './rows.js';
import { Statements } from '../database/statements.js';
import { firstVersion, replaceBackupCodes, storeChallenge, storeMethod } from './writes.js';

/**
 * Stores an enrolment in one statement. It locks the account first, and stops there if the
 * account's version has changed: everything that the decision rests on changes that version.
 */
@Injectable()
export class TypeOrmEnrolmentStore extends EnrolmentStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
    private readonly eventRows: EventRows,
    private readonly random: RandomSource,
  ) {
    super();
  }

  async store(enrolment: Enrolment, transaction?: Transaction): Promise<number | null> {
    const { method, backupCodes, challenge, event, decidedBy } = enrolment;
    const state = this.sealed.sealAuthenticators(method.authenticators, method);
    const data = this.sealed.sealData(challenge.data, challenge);
    const [codes, areIn] =
      backupCodes === null
        ? [empty, sql`true`]
        : [sql`, ${replaceBackupCodes(backupCodes)}`, sql`(SELECT count(*) FROM live_code) >= 0`];
    const isWritten = sql`EXISTS (SELECT 1 FROM method)
      AND EXISTS (SELECT 1 FROM opened) AND ${areIn}`;
    const [stored] = await this.statements.rowsBehindLock<{ remaining: number }>(
      method.subjectId,
      sql`WITH account AS (${this.claimAccount(method.subjectId, decidedBy)}),
        method AS (${storeMethod(method, state, sql`FROM account`)} RETURNING 1),
        opened AS (${storeChallenge(challenge, data, 'replace')} RETURNING 1)${codes},
        ${this.eventRows.insert([event], isWritten)}
        SELECT count(b.user_id)::int AS remaining FROM account
        LEFT JOIN mfa_backup_codes b ON b.user_id = account.user_id AND b.spent_at IS NULL
        GROUP BY account.user_id`,
      transaction,
    );
    if (stored === undefined) return null;
    // A statement does not see the rows that it inserts.
    return backupCodes === null ? stored.remaining : backupCodes.codes.length;
  }

  /** Locks the account for the change; yields no row if another change came first. */
  private claimAccount(subjectId: string, version: number): Sql {
    if (version === 0) {
      return sql`INSERT INTO mfa_accounts AS a (user_id, version)
        VALUES (${subjectId}, ${firstVersion(subjectId, this.random)})
        ON CONFLICT (user_id) DO UPDATE SET version = excluded.version WHERE a.version = 0
        RETURNING a.user_id, a.version`;
    }
    // An account that was deleted meanwhile must not come back.
    return sql`UPDATE mfa_accounts a SET version = a.version + 1
      WHERE a.user_id = ${subjectId} AND a.version = ${version} RETURNING a.user_id, a.version`;
  }
}
