import { type AccountAtHand } from './account-at-hand.js';
import { type Authenticator } from '../ports/authenticators.js';
import { type FormerMethod, type LoggedChange } from './changes.js';
import { type StoredStates } from './disposal.js';
import { type MethodRecord, type Transaction } from '../ports/stores.js';

/** What is no longer stored, with its handler. */
export type Removed = StoredStates & Pick<MethodRecord, 'handler'>;

/** What became of an attempt to undo. */
export interface Undone {
  /** False: something else is in its place by now, or there is nothing that could be undone. */
  readonly isUndone: boolean;
  /** Whether something proves a second factor again that did not before: it may have been thrown out. */
  readonly bringsBack: boolean;
  /** Backup codes that died by it, unspent. */
  readonly codes: number;
  readonly removed: readonly Removed[];
}

/** What stays of all that was done since a change. */
export class KeptSince {
  /** Ids of methods. */
  readonly deleted = new Set<string>();
  /** Ids of authenticators. */
  readonly renamed = new Set<string>();
  isPrimaryChosen = false;

  /** To be called for what was done before all that was added so far. */
  add({ type, target }: LoggedChange): void {
    if (type === 'primary_changed') this.isPrimaryChosen = true;
    if (type === 'authenticator_renamed') this.renamed.add(String(target));
    if (type === 'method_deleted') this.deleted.add(String(target));
  }
}

/** A change that is to be undone, while the account is locked. */
export interface UndoingRequest {
  readonly change: LoggedChange;
  readonly kept: KeptSince;
  readonly account: AccountAtHand;
}

/** A change of one method, with what its owner has now. */
export interface OfMethod extends UndoingRequest {
  readonly former: FormerMethod;
  readonly methods: readonly MethodRecord[];
  readonly transaction: Transaction;
}

/** Nothing was undone. */
export const NOTHING: Undone = { isUndone: false, bringsBack: false, codes: 0, removed: [] };

/** Authenticators of a method that are stored no longer. */
export function removedFrom(
  { handler, stateVersion }: Pick<MethodRecord, 'handler' | 'stateVersion'>,
  authenticators: readonly Authenticator[],
): Removed {
  return { handler, stateVersion, authenticators };
}
