/** One budget of sending. */
export interface SendAllowance {
  /** What is counted: a subject and purpose, or a keyed hash of an address. */
  readonly key: string;
  readonly cooldownSeconds: number;
  readonly maxSends: number;
  readonly windowSeconds: number;
}

/** Whether a message may be sent. */
export type SendVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'cooldown' | 'limit'; readonly until: Date };

/** Port: counts what is sent. */
export abstract class SendBudgetStore {
  /** Takes one send from all allowances, or from none. */
  abstract take(allowances: readonly SendAllowance[], now: Date): Promise<SendVerdict>;
  /** Ends the cool-down of a send that failed, so that it can be tried again; it stays counted. */
  abstract release(allowances: readonly SendAllowance[]): Promise<void>;
}
