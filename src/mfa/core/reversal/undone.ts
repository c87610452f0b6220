import { type AccountAtHand } from './account-at-hand.js';
import { type Authenticator } from '../ports/authenticators.js';
import { type FormerMethod, type LoggedChange } from './changes.js';
import { type StoredStates } from './disposal.js';
import { type MethodRecord, type Transaction } from '../ports/stores.js';

/** States that are not stored any more, with their handler. */
export type Removed = StoredStates & Pick<MethodRecord, 'handler'>;

/** The outcome of undoing a change. */
export interface Undone {
  /** False: something else has taken its place, or there is nothing to undo. */
  readonly isUndone: boolean;
  /** Whether a second factor is back, which the owner may have removed on purpose. */
  readonly bringsBack: boolean;
  /** The number of unspent backup codes that died. */
  readonly codes: number;
  readonly removed: readonly Removed[];
}

/** The changes by others since a change, which stay. */
export class KeptSince {
  /** Ids of methods. */
  readonly deleted = new Set<string>();
  /** Ids of authenticators. */
  readonly renamed = new Set<string>();
  isPrimaryChosen = false;

  /** Adds changes from the newest to the oldest. */
  add({ type, target }: LoggedChange): void {
    if (type === 'primary_changed') this.isPrimaryChosen = true;
    if (type === 'authenticator_renamed') this.renamed.add(String(target));
    if (type === 'method_deleted') this.deleted.add(String(target));
  }
}

/** A change to undo. The account is locked. */
export interface UndoingRequest {
  readonly change: LoggedChange;
  readonly kept: KeptSince;
  readonly account: AccountAtHand;
}

/** A change of one method, with the present methods of its owner. */
export interface OfMethod extends UndoingRequest {
  readonly former: FormerMethod;
  readonly methods: readonly MethodRecord[];
  readonly transaction: Transaction;
}

/** Nothing was undone. */
export const NOTHING: Undone = { isUndone: false, bringsBack: false, codes: 0, removed: [] };

/** Authenticators of a method that are not stored any more. */
export function removedFrom(
  { handler, stateVersion }: Pick<MethodRecord, 'handler' | 'stateVersion'>,
  authenticators: readonly Authenticator[],
): Removed {
  return { handler, stateVersion, authenticators };
}
