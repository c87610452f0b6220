/** Stands for the one session of a subject when the host keeps no sessions. */
export const NO_SESSION = '';

/** Stands for all sessions of a subject, in the count of their guesses. */
export const ALL_SESSIONS = '*';

/**
 * Refuses an id of a session that is reserved.
 *
 * @throws {Error} for {@link NO_SESSION} and {@link ALL_SESSIONS}
 */
export function refuseReservedSessionId(sessionId: string | null): void {
  if (sessionId !== NO_SESSION && sessionId !== ALL_SESSIONS) return;
  throw new Error(
    `No session may have the id "${sessionId}": guesses are counted by it for more than one session. Give null where there is none.`,
  );
}
