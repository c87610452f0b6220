import sql from 'sql-template-tag';
import { type SendAllowance, type SendVerdict } from '../../core/sending/send-budgets.js';
import { type Transaction } from '../../core/ports/stores.js';
import { addSeconds } from '../../contract/clock.js';
import { type RandomSource } from '../../contract/random.js';
import { type Statements } from '../database/statements.js';

/** A row of `mfa_send_budgets`. */
export interface SpentBudget {
  readonly key: string;
  readonly windowStartedAt: Date;
  readonly sends: number;
  readonly lastSentAt: Date | null;
}

/** The verdict of a refused send, with the end of the refusal. */
export type RefusedVerdict = Extract<SendVerdict, { allowed: false }>;

/** An allowance whose count is divided into slots. */
type SlottedAllowance = SendAllowance & { readonly slots: number };

/** A slot with room, or the refusal. */
type SlotChoice =
  | { readonly isFree: true; readonly slot: Pick<SendAllowance, 'key' | 'maxSends'> }
  | { readonly isFree: false; readonly verdict: RefusedVerdict };

/**
 * Divides a shared budget into rows, each with its part. With one row, every send would wait for
 * the commits of the others. A slot is picked at random, without a lock, among those with room;
 * taking it checks its count again.
 */
export class SendSlots {
  constructor(
    private readonly statements: Statements,
    private readonly random: RandomSource,
  ) {}

  async choose(
    allowance: SlottedAllowance,
    now: Date,
    transaction: Transaction,
  ): Promise<SlotChoice> {
    const slots = slotsOf(allowance);
    const spent = await this.spentIn(slots, transaction);
    const since = addSeconds(now, -allowance.windowSeconds);
    const open = spent.filter(({ windowStartedAt }) => windowStartedAt > since);
    const sends = new Map(open.map((row) => [row.key, row.sends]));
    const all = [...sends.values()].reduce((sum, each) => sum + each, 0);
    const free = slots.filter((slot) => (sends.get(slot.key) ?? 0) < slot.maxSends);
    const slot = all < allowance.maxSends ? free[this.random.below(free.length || 1)] : undefined;
    if (slot !== undefined) return { isFree: true, slot };
    const starts = open.map(({ windowStartedAt }) => windowStartedAt.getTime());
    const until = addSeconds(new Date(Math.min(...starts)), allowance.windowSeconds);
    return {
      isFree: false,
      verdict: { allowed: false, reason: 'limit', key: allowance.key, until },
    };
  }

  private spentIn(
    slots: readonly Pick<SendAllowance, 'key'>[],
    transaction: Transaction,
  ): Promise<SpentBudget[]> {
    return this.statements.rows(
      sql`SELECT key, window_started_at AS "windowStartedAt", sends, last_sent_at AS "lastSentAt"
        FROM mfa_send_budgets WHERE key = ANY(${slots.map(({ key }) => key)}::text[])`,
      transaction,
    );
  }
}

/** The keys of the rows that an allowance is counted in. */
export function rowsOf({ slots, ...allowance }: SendAllowance): string[] {
  if (slots === undefined) return [allowance.key];
  return slotsOf({ ...allowance, slots }).map(({ key }) => key);
}

/** The parts differ by one at most and add up to the whole. */
function slotsOf({
  key,
  maxSends,
  slots,
}: SlottedAllowance): Pick<SendAllowance, 'key' | 'maxSends'>[] {
  return Array.from({ length: slots }, (_, index) => ({
    key: `${key}:${index}`,
    maxSends: Math.floor((maxSends + index) / slots),
  }));
}
