/** One budget of sending. */
export interface SendAllowance {
  /**
   * Names what is counted: a subject and purpose, a subject and the keyed hash of an address, such a hash
   * alone, or a network. Several allowances are locked in the order of their keys.
   */
  readonly key: string;
  readonly cooldownSeconds: number;
  readonly maxSends: number;
  readonly windowSeconds: number;
  /** The row is deleted with this subject. Absent: it belongs to no subject. */
  readonly subjectId?: string;
  /**
   * Over how many rows the count is spread, for a budget that everybody shares. Such a budget has no
   * cool-down. Absent: one row.
   */
  readonly slots?: number;
}

/** A send that was counted, and can be given back. */
export interface TakenSend {
  /** Keys of the rows that counted it. */
  readonly rows: readonly string[];
  readonly at: Date;
}

/** Whether a message may be sent. */
export type SendVerdict =
  | { readonly allowed: true; readonly taken: TakenSend }
  | {
      readonly allowed: false;
      readonly reason: 'cooldown' | 'limit';
      /** {@link SendAllowance.key} of the allowance that refuses. */
      readonly key: string;
      readonly until: Date;
    };

/** Port: counts sends. */
export abstract class SendBudgetStore {
  /** Counts one send in all allowances, or in none. */
  abstract take(allowances: readonly SendAllowance[], now: Date): Promise<SendVerdict>;
  /** Ends the cool-down of a send that failed, so that it can be repeated. The send stays counted. */
  abstract release(taken: TakenSend): Promise<void>;
  /** Ends a cool-down that began by `at`, and no later one. Sends stay counted. */
  abstract endCooldown(key: string, at: Date): Promise<void>;
  /** Undoes count and cool-down of a send that was never tried. */
  abstract giveBack(taken: TakenSend): Promise<void>;
}
