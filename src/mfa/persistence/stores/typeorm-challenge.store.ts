import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import { type MfaEvent } from '../../core/events.js';
import {
  type ChallengeChange,
  type ChallengeKey,
  type ChallengeRecord,
  ChallengeStore,
  type NewChallenge,
  type Transaction,
  type WhenOpen,
} from '../../core/stores.js';
import { EventRows } from './event-rows.js';
import { CHALLENGE_COLUMNS, type ChallengeRow, IS_ALIVE, SealedRows } from './rows.js';
import { Statements } from './statements.js';

/** The stored challenge `c` is one that could still be answered. */
const IS_OPEN = sql`(c.consumed_at IS NULL AND c.expires_at > excluded.created_at
  AND c.credentials_version = excluded.credentials_version AND EXISTS (
    SELECT 1 FROM mfa_methods m
    WHERE m.user_id = c.user_id AND m.id = c.method_id AND m.id = excluded.method_id AND ${IS_ALIVE}
  ))`;

/** What becomes of the attempts, and when nothing becomes of anything. */
const WHEN_OPEN: Readonly<Record<WhenOpen, { attempts: Sql; condition: Sql }>> = {
  replace: { attempts: sql`0`, condition: empty },
  refresh: { attempts: sql`CASE WHEN ${IS_OPEN} THEN c.attempts ELSE 0 END`, condition: empty },
  keep: { attempts: sql`0`, condition: sql`WHERE NOT ${IS_OPEN}` },
};

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

  async open(
    challenge: NewChallenge,
    whenOpen: WhenOpen,
    event: MfaEvent | null,
    transaction?: Transaction,
  ): Promise<void> {
    const { subjectId, id, purpose, methodId, handler, authenticatorId } = challenge;
    const { amr, provider, sessionId, credentialsVersion, createdAt, expiresAt } = challenge;
    const data = this.sealed.sealData(challenge.data, challenge);
    const events = event === null ? [] : [event];
    const { attempts, condition } = WHEN_OPEN[whenOpen];
    await this.statements.rows(
      sql`WITH account AS (
          INSERT INTO mfa_accounts AS a (user_id) VALUES (${subjectId})
          ON CONFLICT (user_id) DO UPDATE SET failures = a.failures RETURNING 1
        ), opened AS (
          INSERT INTO mfa_challenges AS c (user_id, id, purpose, method_id, handler,
            authenticator_id, amr, provider, session_id, credentials_version, data, created_at,
            expires_at)
          SELECT ${subjectId}, ${id}, ${purpose}, ${methodId}::uuid, ${handler},
            ${authenticatorId}::uuid, ${amr}::text[], ${provider}, ${sessionId}, ${credentialsVersion},
            ${data}::bytea,
            ${createdAt}::timestamptz, ${expiresAt}::timestamptz
          FROM account
          ON CONFLICT (user_id, id) DO UPDATE SET
            method_id = excluded.method_id, amr = excluded.amr, provider = excluded.provider,
            session_id = excluded.session_id,
            credentials_version = excluded.credentials_version, data = excluded.data,
            created_at = excluded.created_at, expires_at = excluded.expires_at,
            consumed_at = NULL, attempts = ${attempts},
            -- Whoever judged what was here before has lost: it is another challenge now.
            version = c.version + 1
          ${condition} RETURNING 1
        ), ${this.eventRows.insert(events, sql`WHERE (SELECT count(*) FROM opened) >= 0`)}
        SELECT 1 FROM opened`,
      transaction,
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
    const changed = await this.statements.changed(
      sql`UPDATE mfa_challenges SET method_id = ${change.methodId}, handler = ${change.handler},
          data = ${data}, version = version + 1
        WHERE user_id = ${subjectId} AND id = ${id} AND version = ${version}
          AND consumed_at IS NULL AND expires_at > ${now}`,
    );
    return changed === 1;
  }

  async cancel({ subjectId, id }: ChallengeKey, event: MfaEvent): Promise<boolean> {
    const rows = await this.statements.rows(
      sql`WITH cancelled AS (
          UPDATE mfa_challenges SET consumed_at = ${event.at}
          WHERE user_id = ${subjectId} AND id = ${id}
            AND consumed_at IS NULL AND expires_at > ${event.at}
          RETURNING 1
        ), ${this.eventRows.insert([event], sql`WHERE EXISTS (SELECT 1 FROM cancelled)`)}
        SELECT 1 FROM cancelled`,
    );
    return rows.length === 1;
  }

  async cancelAll(subjectId: string, now: Date, transaction?: Transaction): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_challenges c SET consumed_at = ${now}
        FROM (SELECT user_id FROM mfa_accounts WHERE user_id = ${subjectId} FOR UPDATE) a
        WHERE c.user_id = a.user_id AND c.consumed_at IS NULL`,
      transaction,
    );
  }
}
