import { type SendAllowance } from '../../core/sending/send-budgets.js';
import { type RandomSource } from '../../contract/random.js';

/** A row of `mfa_send_budgets` that may count a send for an allowance. */
export interface SendSlot {
  readonly key: string;
  readonly maxSends: number;
}

/**
 * The rows that an allowance is counted in. A shared budget is divided into slots, each with its part:
 * with one row, every send would wait for the commits of the others.
 */
export function slotsOf({ key, maxSends, slots }: SendAllowance): SendSlot[] {
  if (slots === undefined) return [{ key, maxSends }];
  // The parts differ by one at most and add up to the whole.
  return Array.from({ length: slots }, (_, index) => ({
    key: `${key}:${index}`,
    maxSends: Math.floor((maxSends + index) / slots),
  }));
}

/** The slots in a random order: the first one with room counts the send. */
export function shuffled(slots: readonly SendSlot[], random: RandomSource): SendSlot[] {
  const left = [...slots];
  return slots.flatMap(() => left.splice(random.below(left.length), 1));
}
