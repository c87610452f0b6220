import { Injectable } from '@nestjs/common';
import sql, { type Sql } from 'sql-template-tag';
import { type Transaction } from '../../core/stores.js';
import { type SendAllowance, SendBudgetStore, type SendVerdict } from '../../core/send-budgets.js';
import { addSeconds } from '../../kit/clock.js';
import { HostDatabase } from '../host-database.js';
import { Statements, transactionOf } from './statements.js';

interface SpentBudget {
  windowStartedAt: Date;
  sends: number;
  lastSentAt: Date | null;
}

type Refused = Extract<SendVerdict, { allowed: false }>;

/** Undoes what was taken from the other allowances. */
class SendRefused extends Error {
  constructor(readonly verdict: Refused) {
    super(verdict.reason);
  }
}

/** Counts sends in `mfa_send_budgets`. */
@Injectable()
export class TypeOrmSendBudgetStore extends SendBudgetStore {
  constructor(
    private readonly host: HostDatabase,
    private readonly statements: Statements,
  ) {
    super();
  }

  async take(allowances: readonly SendAllowance[], now: Date): Promise<SendVerdict> {
    try {
      await this.host.dataSource.transaction(async (manager) => {
        const transaction = transactionOf(manager);
        for (const allowance of allowances) await this.takeOne(allowance, now, transaction);
      });
      return { allowed: true };
    } catch (error) {
      if (error instanceof SendRefused) return error.verdict;
      throw error;
    }
  }

  async release(allowances: readonly SendAllowance[]): Promise<void> {
    const keys = allowances.map(({ key }) => key);
    await this.statements.changed(
      sql`UPDATE mfa_send_budgets SET last_sent_at = NULL WHERE key = ANY(${keys}::text[])`,
    );
  }

  private async takeOne(
    allowance: SendAllowance,
    now: Date,
    transaction: Transaction,
  ): Promise<void> {
    const { key, cooldownSeconds, maxSends, windowSeconds } = allowance;
    const isOver = sql`b.window_started_at <= ${addSeconds(now, -windowSeconds)}::timestamptz`;
    const taken = await this.statements.changed(
      sql`INSERT INTO mfa_send_budgets AS b (key, window_started_at, sends, last_sent_at)
        VALUES (${key}, ${now}, 1, ${now})
        ON CONFLICT (key) DO UPDATE SET
          sends = CASE WHEN ${isOver} THEN 1 ELSE b.sends + 1 END,
          window_started_at = CASE WHEN ${isOver} THEN excluded.window_started_at
            ELSE b.window_started_at END,
          last_sent_at = excluded.last_sent_at
        WHERE (${cooldownSeconds}::int = 0 OR b.last_sent_at IS NULL
            OR b.last_sent_at <= ${addSeconds(now, -cooldownSeconds)}::timestamptz)
          AND (${isOver} OR b.sends < ${maxSends})`,
      transaction,
    );
    if (taken === 0) throw new SendRefused(await this.verdict(allowance, now, transaction));
  }

  private async verdict(
    { key, cooldownSeconds, maxSends, windowSeconds }: SendAllowance,
    now: Date,
    transaction: Transaction,
  ): Promise<Refused> {
    const [spent] = await this.statements.rows<SpentBudget>(budgetOf(key), transaction);
    const windowEnd = addSeconds(spent?.windowStartedAt ?? now, windowSeconds);
    if (spent !== undefined && spent.sends >= maxSends && windowEnd > now) {
      return { allowed: false, reason: 'limit', until: windowEnd };
    }
    const until = addSeconds(spent?.lastSentAt ?? now, cooldownSeconds);
    return { allowed: false, reason: 'cooldown', until };
  }
}

function budgetOf(key: string): Sql {
  return sql`SELECT window_started_at AS "windowStartedAt", sends, last_sent_at AS "lastSentAt"
    FROM mfa_send_budgets WHERE key = ${key}`;
}
