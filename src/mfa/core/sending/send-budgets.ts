/** One budget of sending. */
export interface SendAllowance {
  /**
   * What is counted: a subject and purpose, a subject and a keyed hash of an address, such a hash
   * alone, or a network. Whoever takes several locks them in the order of their keys.
   */
  readonly key: string;
  readonly cooldownSeconds: number;
  readonly maxSends: number;
  readonly windowSeconds: number;
  /** The subject that it is forgotten with; absent: it belongs to nobody. */
  readonly subjectId?: string;
  /**
   * Among how many rows the count is divided, for a budget that everybody draws on. Absent: one row.
   * Without a cool-down.
   */
  readonly slots?: number;
}

/** A send that was taken, so that it can be given back. */
export interface TakenSend {
  /** The rows that it was counted in. */
  readonly rows: readonly string[];
  readonly at: Date;
}

/** Whether a message may be sent. */
export type SendVerdict =
  | { readonly allowed: true; readonly taken: TakenSend }
  | {
      readonly allowed: false;
      readonly reason: 'cooldown' | 'limit';
      /** Of the allowance that refuses. */
      readonly key: string;
      readonly until: Date;
    };

/** Port: counts what is sent. */
export abstract class SendBudgetStore {
  /** Takes one send from all allowances, or from none. */
  abstract take(allowances: readonly SendAllowance[], now: Date): Promise<SendVerdict>;
  /** Ends the cool-down of a send that failed, so that it can be tried again; it stays counted. */
  abstract release(taken: TakenSend): Promise<void>;
  /** Ends a cool-down that has begun by then, and no later one; what was sent stays counted. */
  abstract endCooldown(key: string, at: Date): Promise<void>;
  /** Takes back the count and the cool-down of a send that was never tried. */
  abstract giveBack(taken: TakenSend): Promise<void>;
}
