/** The stored state of an enrolment: the chosen destinations. It holds nothing of a code. */
export interface NotifyState {
  /** Ids, at least one; those that the operator has since removed are skipped. */
  readonly destinations: readonly string[];
}

/**
 * Checks the shape of a stored state: what comes from a table is not trusted.
 *
 * @throws {Error} when this is not a state of version 1
 */
export function parseNotifyState(state: unknown, version: number): NotifyState {
  if (version === 1 && typeof state === 'object' && state !== null) {
    const destinations: unknown = 'destinations' in state ? state.destinations : null;
    if (isListOfIds(destinations)) return { destinations };
  }
  throw new Error('This is not the state of a method of notifications.');
}

function isListOfIds(list: unknown): list is readonly string[] {
  if (!Array.isArray(list) || list.length === 0) return false;
  return list.every((id) => typeof id === 'string' && id !== '');
}
