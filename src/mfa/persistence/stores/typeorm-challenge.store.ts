import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type MfaEvent } from '../../core/ports/events.js';
import {
  type ChallengeChange,
  type ChallengeKey,
  type ChallengeRecord,
  ChallengeStore,
  type NewChallenge,
  type Transaction,
  type WhenOpen,
} from '../../core/ports/stores.js';
import { EventRows } from './event-rows.js';
import { CHALLENGE_COLUMNS, type ChallengeRow, SealedRows } from './rows.js';
import { Statements } from '../database/statements.js';
import { lastActivation, storeChallenge } from './writes.js';

/** Keeps challenges in `mfa_challenges`. */
@Injectable()
export class TypeOrmChallengeStore extends ChallengeStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
    private readonly eventRows: EventRows,
  ) {
    super();
  }

  async open(challenge: NewChallenge, whenOpen: WhenOpen, event: MfaEvent | null): Promise<void> {
    const data = this.sealed.sealData(challenge.data, challenge);
    const events = event === null ? [] : [event];
    await this.statements.rowsBehindLock(
      challenge.subjectId,
      sql`WITH account AS (
          INSERT INTO mfa_accounts AS a (user_id, version)
          VALUES (${challenge.subjectId}, ${lastActivation(challenge.subjectId)})
          ON CONFLICT (user_id) DO UPDATE SET failures = a.failures RETURNING a.version
        ), opened AS (${storeChallenge(challenge, data, whenOpen)} RETURNING 1),
        ${this.eventRows.insert(events, sql`(SELECT count(*) FROM opened) >= 0`)}
        SELECT 1 FROM opened`,
    );
  }

  async findOpen({ subjectId, id }: ChallengeKey, now: Date): Promise<ChallengeRecord | null> {
    const [row] = await this.statements.rows<ChallengeRow>(
      sql`SELECT ${CHALLENGE_COLUMNS} FROM mfa_challenges c
        WHERE c.user_id = ${subjectId} AND c.id = ${id}
          AND c.consumed_at IS NULL AND c.expires_at > ${now}`,
    );
    return row === undefined ? null : this.sealed.challenge(row);
  }

  async change(challenge: ChallengeRecord, change: ChallengeChange, now: Date): Promise<boolean> {
    const { subjectId, id, version } = challenge;
    const data = this.sealed.sealData(change.data, challenge);
    const changed = await this.statements.changedBehindLock(
      subjectId,
      sql`UPDATE mfa_challenges SET method_id = ${change.methodId}, handler = ${change.handler},
          data = ${data}, version = version + 1
        WHERE user_id = ${subjectId} AND id = ${id} AND version = ${version}
          AND consumed_at IS NULL AND expires_at > ${now}`,
    );
    return changed === 1;
  }

  async cancel({ subjectId, id }: ChallengeKey, event: MfaEvent): Promise<boolean> {
    const rows = await this.statements.rowsBehindLock(
      subjectId,
      sql`WITH cancelled AS (
          UPDATE mfa_challenges SET consumed_at = ${event.at}
          WHERE user_id = ${subjectId} AND id = ${id}
            AND consumed_at IS NULL AND expires_at > ${event.at}
          RETURNING 1
        ), ${this.eventRows.insert([event], sql`EXISTS (SELECT 1 FROM cancelled)`)}
        SELECT 1 FROM cancelled`,
    );
    return rows.length === 1;
  }

  async cancelAll(subjectId: string, now: Date, transaction?: Transaction): Promise<void> {
    await this.statements.changedBehindLock(
      subjectId,
      sql`UPDATE mfa_challenges c SET consumed_at = ${now}
        FROM (SELECT user_id FROM mfa_accounts WHERE user_id = ${subjectId} FOR UPDATE) a
        WHERE c.user_id = a.user_id AND c.consumed_at IS NULL`,
      transaction,
    );
  }
}
