import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import {
  type AccountFacts,
  AccountReading,
  type AccountQuery,
} from '../../core/ports/account-reading.js';
import { type SubjectRow } from '../../core/ports/host-rows.js';
import { type Transaction } from '../../core/ports/stores.js';
import { Statements } from '../database/statements.js';
import { readSubject, subjectValues } from './present-credentials.js';
import { CHALLENGE_COLUMNS, type ChallengeRow, SealedRows } from './rows.js';
import { snapshotColumns, snapshotOf, type SnapshotRow } from './snapshot-rows.js';

/** One for each method, at least one. */
type AccountRow = SnapshotRow &
  (ChallengeRow | { readonly c_id?: null }) & {
    readonly credentials_version: string | null;
  } & Readonly<Record<string, unknown>>;

/** Joins the library's tables with the host's table of subjects. */
@Injectable()
export class TypeOrmAccountReading extends AccountReading {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
  ) {
    super();
  }

  async read(
    { subjectId, challenge }: AccountQuery,
    subject: SubjectRow,
    transaction?: Transaction,
  ): Promise<AccountFacts> {
    const [columns, source] =
      challenge === undefined ? [empty, empty] : openChallenge(subjectId, challenge);
    const rows = await this.statements.rows<AccountRow>(
      sql`SELECT ${snapshotColumns(subjectId)}, subject.*${columns}
        FROM (SELECT) one
        LEFT JOIN mfa_accounts a ON a.user_id = ${subjectId}
        LEFT JOIN mfa_methods m ON m.user_id = ${subjectId}
        LEFT JOIN (${readSubject(subject, subjectId)}) subject ON true
        ${source}
        ORDER BY m.created_at, m.id`,
      transaction,
    );
    const [first] = rows;
    const isKnown = first !== undefined && first.credentials_version !== null;
    return {
      snapshot: snapshotOf(subjectId, rows, this.sealed),
      challenge: first === undefined || !hasChallenge(first) ? null : this.sealed.challenge(first),
      values: isKnown ? subjectValues(subject, first) : null,
    };
  }
}

/** Columns and source of a challenge that is unspent and unexpired. */
function openChallenge(
  subjectId: string,
  { id, now }: NonNullable<AccountQuery['challenge']>,
): readonly [Sql, Sql] {
  return [
    sql`, ${CHALLENGE_COLUMNS}`,
    sql`LEFT JOIN mfa_challenges c ON c.user_id = ${subjectId} AND c.id = ${id}
      AND c.consumed_at IS NULL AND c.expires_at > ${now}`,
  ];
}

function hasChallenge(row: AccountRow): row is AccountRow & ChallengeRow {
  return row.c_id !== undefined && row.c_id !== null;
}
