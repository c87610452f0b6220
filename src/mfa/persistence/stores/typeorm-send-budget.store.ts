import { Injectable } from '@nestjs/common';
import sql, { empty, type Sql } from 'sql-template-tag';
import { type Transaction } from '../../core/ports/stores.js';
import {
  type SendAllowance,
  SendBudgetStore,
  type SendVerdict,
  type TakenSend,
} from '../../core/sending/send-budgets.js';
import { addSeconds } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { HostDatabase } from '../database/host-database.js';
import { type RefusedVerdict, rowsOf, type SpentBudget, SendSlots } from './send-slots.js';
import { Statements, transactionOf } from '../database/statements.js';

/** Rolls back what was taken from the other allowances. */
class SendRefused extends Error {
  constructor(readonly verdict: RefusedVerdict) {
    super(verdict.reason);
  }
}

/** A slot was filled between its choice and its update: another may have room. */
class SlotFilled extends Error {}

/** Counts sends in `mfa_send_budgets`. */
@Injectable()
export class TypeOrmSendBudgetStore extends SendBudgetStore {
  private readonly slots: SendSlots;

  constructor(
    private readonly host: HostDatabase,
    private readonly statements: Statements,
    random: RandomSource,
  ) {
    super();
    this.slots = new SendSlots(statements, random);
  }

  async take(allowances: readonly SendAllowance[], now: Date): Promise<SendVerdict> {
    // In one order for all, so that two sends to the same addresses do not deadlock.
    const ordered = [...allowances].sort(byKey);
    for (;;) {
      try {
        return { allowed: true, taken: { rows: await this.takeAll(ordered, now), at: now } };
      } catch (error) {
        // Each time a slot has become full, so this ends with the window's last send at the latest.
        if (error instanceof SlotFilled) continue;
        if (!(error instanceof SendRefused)) throw error;
        const { verdict } = error;
        const isRedated = isMisdated(verdict, ordered, now) && (await this.redate(ordered, now));
        if (!isRedated) return verdict;
      }
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
          SELECT key FROM mfa_send_budgets WHERE key = ANY(${allowances.flatMap(rowsOf)}::text[])
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

  /** @returns the rows that the send is counted in */
  private takeAll(allowances: readonly SendAllowance[], now: Date): Promise<string[]> {
    return this.host.dataSource.transaction(async (manager) => {
      const transaction = transactionOf(manager);
      const rows: string[] = [];
      for (const allowance of allowances) {
        rows.push(
          allowance.slots === undefined
            ? await this.takeWhole(allowance, now, transaction)
            : await this.takeSlot(allowance, allowance.slots, { now, transaction }),
        );
      }
      return rows;
    });
  }

  private async takeWhole(
    allowance: SendAllowance,
    now: Date,
    transaction: Transaction,
  ): Promise<string> {
    if (await this.takeRow(allowance, now, transaction)) return allowance.key;
    const [spent] = await this.statements.rows<SpentBudget>(
      sql`SELECT key, window_started_at AS "windowStartedAt", sends, last_sent_at AS "lastSentAt"
        FROM mfa_send_budgets WHERE key = ${allowance.key}`,
      transaction,
    );
    throw new SendRefused(verdictOn(allowance, spent, now));
  }

  private async takeSlot(
    allowance: SendAllowance,
    slots: number,
    { now, transaction }: { readonly now: Date; readonly transaction: Transaction },
  ): Promise<string> {
    const choice = await this.slots.choose({ ...allowance, slots }, now, transaction);
    if (!choice.isFree) throw new SendRefused(choice.verdict);
    const slot = { ...allowance, ...choice.slot, cooldownSeconds: 0 };
    if (!(await this.takeRow(slot, now, transaction))) throw new SlotFilled();
    return slot.key;
  }

  private async takeRow(
    { key, subjectId, cooldownSeconds, maxSends, windowSeconds }: SendAllowance,
    now: Date,
    transaction: Transaction,
  ): Promise<boolean> {
    const isOver = sql`b.window_started_at <= ${addSeconds(now, -windowSeconds)}::timestamptz`;
    const taken = await this.statements.changed(
      sql`INSERT INTO mfa_send_budgets AS b (key, user_id, window_started_at, sends, last_sent_at)
        VALUES (${key}, ${subjectId ?? null}, ${now}, 1, ${now})
        ON CONFLICT (key) DO UPDATE SET
          sends = CASE WHEN ${isOver} THEN 1 ELSE b.sends + 1 END,
          window_started_at = CASE WHEN ${isOver} THEN excluded.window_started_at
            ELSE least(b.window_started_at, excluded.window_started_at) END,
          last_sent_at = excluded.last_sent_at
        WHERE (${cooldownSeconds}::int = 0 OR b.last_sent_at IS NULL
            OR b.last_sent_at <= ${addSeconds(now, -cooldownSeconds)}::timestamptz)
          AND (${isOver} OR b.sends < ${maxSends}::int)`,
      transaction,
    );
    return taken === 1;
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

/** Why the row of an allowance was not incremented. */
function verdictOn(
  { key, cooldownSeconds, maxSends, windowSeconds }: SendAllowance,
  spent: SpentBudget | undefined,
  now: Date,
): RefusedVerdict {
  const windowEnd = addSeconds(spent?.windowStartedAt ?? now, windowSeconds);
  if (spent !== undefined && spent.sends >= maxSends && windowEnd > now) {
    return { allowed: false, reason: 'limit', key, until: windowEnd };
  }
  const until = addSeconds(spent?.lastSentAt ?? now, cooldownSeconds);
  return { allowed: false, reason: 'cooldown', key, until };
}
