import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import { QueryFailedError } from 'typeorm';
import {
  type SendAllowance,
  SendBudgetStore,
  type SendVerdict,
  type TakenSend,
} from '../../core/sending/send-budgets.js';
import { addSeconds } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { shuffled, slotsOf } from './send-slots.js';
import { Statements } from '../database/statements.js';

/** The present count of a row that may count a send, and what became of it. */
interface CandidateRow {
  /** Place of its allowance. */
  readonly budget: number;
  readonly key: string;
  /** Null without a row. */
  readonly windowStartedAt: Date | null;
  /** In the present window. */
  readonly sends: number;
  readonly lastSentAt: Date | null;
  readonly isFree: boolean;
  readonly isTaken: boolean;
}

/** The verdict of a refused send, with the end of the refusal. */
type RefusedVerdict = Extract<SendVerdict, { allowed: false }>;

const DIVISION_BY_ZERO = '22012';

/** Counts sends in `mfa_send_budgets`. */
@Injectable()
export class TypeOrmSendBudgetStore extends SendBudgetStore {
  constructor(
    private readonly statements: Statements,
    private readonly random: RandomSource,
  ) {
    super();
  }

  async take(allowances: readonly SendAllowance[], now: Date): Promise<SendVerdict> {
    // In one order for all, so that the first refusal is the same for all.
    const ordered = [...allowances].sort(byKey);
    for (;;) {
      const rows = await this.takeAll(ordered, now);
      // Another send came between. Each time a row has counted one, so this ends with the last that is allowed.
      if (rows === null) continue;
      const taken = rows.filter(({ isTaken }) => isTaken).map(({ key }) => key);
      if (taken.length > 0) return { allowed: true, taken: { rows: taken, at: now } };
      const verdict = refusalIn(rows, ordered, now);
      if (verdict === null) continue;
      const isRedated = isMisdated(verdict, ordered, now) && (await this.redate(ordered, now));
      if (!isRedated) return verdict;
    }
  }

  release(taken: TakenSend): Promise<void> {
    return this.restore(taken, empty);
  }

  async endCooldown(key: string, at: Date): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_send_budgets SET last_sent_at = NULL
        WHERE key = ${key} AND last_sent_at <= ${at}::timestamptz`,
    );
  }

  giveBack(taken: TakenSend): Promise<void> {
    // A window that has begun since does not contain the send, so it gives nothing back.
    const isOfItsWindow = sql`b.window_started_at <= ${taken.at}::timestamptz AND b.sends > 0`;
    return this.restore(
      taken,
      sql`, sends = CASE WHEN ${isOfItsWindow} THEN b.sends - 1 ELSE b.sends END`,
    );
  }

  /**
   * Redates to now what a fast clock has counted. Nobody gains a send by it, and nobody waits until
   * the right clock has caught up.
   *
   * @returns false if there was nothing to redate
   */
  private async redate(allowances: readonly SendAllowance[], now: Date): Promise<boolean> {
    const at = sql`${now}::timestamptz`;
    const redated = await this.statements.changed(
      sql`WITH misdated AS MATERIALIZED (
          SELECT key FROM mfa_send_budgets WHERE key = ANY(${allowances.flatMap(slotsOf).map(({ key }) => key)}::text[])
            AND (window_started_at > ${at} OR last_sent_at > ${at})
          ORDER BY key COLLATE "C" FOR UPDATE
        ) UPDATE mfa_send_budgets b SET
          window_started_at = least(b.window_started_at, ${at}),
          last_sent_at = CASE WHEN b.last_sent_at > ${at} THEN ${at} ELSE b.last_sent_at END
        FROM misdated WHERE b.key = misdated.key`,
    );
    return redated > 0;
  }

  /** Ends the cool-down of a send, unless a later send has begun another. */
  private async restore({ rows, at }: TakenSend, change: Sql): Promise<void> {
    await this.statements.changed(
      // Locks in the order in which sends are taken.
      sql`WITH taken AS MATERIALIZED (
          SELECT key FROM mfa_send_budgets WHERE key = ANY(${rows}::text[])
          ORDER BY key COLLATE "C" FOR UPDATE
        ) UPDATE mfa_send_budgets b SET last_sent_at =
            CASE WHEN b.last_sent_at = ${at}::timestamptz THEN NULL ELSE b.last_sent_at END${change}
        FROM taken WHERE b.key = taken.key`,
    );
  }

  /**
   * Counts a send in one row of each allowance, or in none. A row that another send has filled after this
   * statement began refuses; then a division by zero undoes what was counted in the others.
   *
   * @returns all rows that may count it; null: it is undone, and to be tried again
   */
  private async takeAll(
    allowances: readonly SendAllowance[],
    now: Date,
  ): Promise<readonly CandidateRow[] | null> {
    const at = sql`${now}::timestamptz`;
    const isFree = sql`(c.cooled_at IS NULL OR b.last_sent_at IS NULL OR b.last_sent_at <= c.cooled_at)
        AND (b.window_started_at <= c.over_at OR b.sends < c.max_sends)`;
    const isOver = sql`b.window_started_at <= (SELECT c.over_at FROM candidate c WHERE c.key = b.key)`;
    const statement = sql`WITH candidate AS (${this.candidates(allowances, now)}), present AS (
        SELECT c.*, b.window_started_at, b.last_sent_at,
          CASE WHEN b.window_started_at > c.over_at THEN b.sends ELSE 0 END AS sends,
          b.key IS NULL OR (${isFree}) AS has_room
        FROM candidate c LEFT JOIN mfa_send_budgets b ON b.key = c.key
      ), free AS (
        SELECT DISTINCT ON (p.budget) p.budget, p.key, p.user_id FROM present p
        WHERE p.has_room AND (SELECT sum(o.sends) FROM present o WHERE o.budget = p.budget) < p.whole
        ORDER BY p.budget, p.place
      ), taken AS (
        INSERT INTO mfa_send_budgets AS b (key, user_id, window_started_at, sends, last_sent_at)
        SELECT f.key, f.user_id, ${at}, 1, ${at} FROM free f
        WHERE (SELECT count(*) FROM free) = ${allowances.length}
        -- In one order for all, so that two sends to the same addresses do not deadlock.
        ORDER BY f.key COLLATE "C"
        ON CONFLICT (key) DO UPDATE SET
          sends = CASE WHEN ${isOver} THEN 1 ELSE b.sends + 1 END,
          window_started_at = CASE WHEN ${isOver} THEN excluded.window_started_at
            ELSE least(b.window_started_at, excluded.window_started_at) END,
          last_sent_at = excluded.last_sent_at
        WHERE (SELECT ${isFree} FROM candidate c WHERE c.key = b.key)
        RETURNING b.key
      )
      SELECT p.budget, p.key, p.window_started_at AS "windowStartedAt", p.sends,
        p.last_sent_at AS "lastSentAt", p.budget IN (SELECT free.budget FROM free) AS "isFree",
        p.key IN (SELECT taken.key FROM taken) AS "isTaken",
        1 / ((SELECT count(*) FROM taken) IN (0, ${allowances.length}))::int AS undoes_a_part
      FROM present p`;
    try {
      return await this.statements.rows<CandidateRow>(statement);
    } catch (error) {
      if (codeOf(error) === DIVISION_BY_ZERO) return null;
      throw error;
    }
  }

  /** The rows that may count the send, those of a shared budget in a random order. */
  private candidates(allowances: readonly SendAllowance[], now: Date): Sql {
    const rows = allowances.flatMap((allowance, budget) =>
      shuffled(slotsOf(allowance), this.random).map((slot) => ({ ...allowance, ...slot, budget })),
    );
    const cooledAt = ({ cooldownSeconds }: SendAllowance) =>
      cooldownSeconds === 0 ? null : addSeconds(now, -cooldownSeconds);
    return sql`SELECT * FROM unnest(${rows.map(({ budget }) => budget)}::int[],
        ${rows.map(({ key }) => key)}::text[], ${rows.map((row) => row.subjectId ?? null)}::text[],
        ${rows.map((row) => row.maxSends)}::int[],
        ${rows.map((row) => allowances[row.budget]?.maxSends)}::int[],
        ${rows.map((row) => (row.slots === undefined ? cooledAt(row) : null))}::timestamptz[],
        ${rows.map((row) => addSeconds(now, -row.windowSeconds))}::timestamptz[])
      WITH ORDINALITY
      AS c(budget, key, user_id, max_sends, whole, cooled_at, over_at, place)`;
  }
}

function byKey({ key: a }: SendAllowance, { key: b }: SendAllowance): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether the refusal lasts longer than it can: then something was counted in the future. */
function isMisdated(
  { key, reason, until }: RefusedVerdict,
  allowances: readonly SendAllowance[],
  now: Date,
): boolean {
  const refusing = allowances.find((allowance) => allowance.key === key);
  const seconds = reason === 'cooldown' ? refusing?.cooldownSeconds : refusing?.windowSeconds;
  return until > addSeconds(now, seconds ?? 0);
}

/** Why nothing was counted: the first allowance that refuses. Null: none does, so another send came between. */
function refusalIn(
  rows: readonly CandidateRow[],
  allowances: readonly SendAllowance[],
  now: Date,
): RefusedVerdict | null {
  const refused = rows.filter(({ isFree }) => !isFree);
  const first = Math.min(...refused.map(({ budget }) => budget));
  const allowance = allowances[first];
  if (allowance === undefined) return null;
  return verdictOn(
    allowance,
    refused.filter(({ budget }) => budget === first),
    now,
  );
}

/** Why no row of an allowance counted the send. */
function verdictOn(
  { key, cooldownSeconds, maxSends, windowSeconds, slots }: SendAllowance,
  rows: readonly CandidateRow[],
  now: Date,
): RefusedVerdict {
  const counting = rows.filter(({ sends }) => sends > 0);
  const all = counting.reduce((sum, { sends }) => sum + sends, 0);
  if (slots !== undefined || all >= maxSends) {
    const starts = counting.map(({ windowStartedAt }) => (windowStartedAt ?? now).getTime());
    const until = addSeconds(new Date(Math.min(...starts)), windowSeconds);
    return { allowed: false, reason: 'limit', key, until };
  }
  const until = addSeconds(rows[0]?.lastSentAt ?? now, cooldownSeconds);
  return { allowed: false, reason: 'cooldown', key, until };
}

/** The SQLSTATE of a failed statement. */
function codeOf(error: unknown): unknown {
  return error instanceof QueryFailedError
    ? (error.driverError as { readonly code?: unknown }).code
    : undefined;
}
