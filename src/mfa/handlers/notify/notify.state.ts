/** What is kept of an enrolment: which destinations were chosen. Nothing of a code is kept here. */
export interface NotifyState {
  /** Ids, at least one; one that the operator has taken away since is passed over. */
  readonly destinations: readonly string[];
}

/**
 * Reads what was stored, as nothing that comes from a table is trusted to have its shape.
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
