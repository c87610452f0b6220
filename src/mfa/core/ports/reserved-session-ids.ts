/** Where the host keeps no sessions, all that a subject does counts as done in one, of this id. */
export const NO_SESSION = '';

/** In the place of a session: what all sessions of a subject have guessed. */
export const ALL_SESSIONS = '*';

/**
 * Refuses a session of the host's that would be counted as another thing than one session.
 *
 * @throws {Error} for an id that has a meaning of its own in the tables
 */
export function refuseReservedSessionId(sessionId: string | null): void {
  if (sessionId !== NO_SESSION && sessionId !== ALL_SESSIONS) return;
  throw new Error(
    `No session may have the id "${sessionId}": guesses are counted by it for more than one session. Give null where there is none.`,
  );
}
