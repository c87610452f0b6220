import { type EntityManager } from 'typeorm';

/** Each proof of a session names its authenticator. */
const PROVEN_BY = `
  SELECT s.id FROM sessions s
  WHERE s.user_id = $1 AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(s.proofs) AS proof
    WHERE proof ->> 'authenticatorId' = ANY($2))`;

/**
 * The sessions of a user that were opened, or stepped up, with a proof of one of these authenticators,
 * ended or not.
 *
 * @param manager of the transaction that looks
 */
export async function sessionsProvenBy(
  userId: string,
  authenticatorIds: readonly string[],
  manager: EntityManager,
): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(PROVEN_BY, [userId, authenticatorIds]);
  return rows.map(({ id }) => id);
}
