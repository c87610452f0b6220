import { type EntityManager } from 'typeorm';

const SPEND = `
  UPDATE password_reset_links SET spent_at = $2
  WHERE user_id = $1 AND spent_at IS NULL
  RETURNING id, expires_at > $2 AS "isInTime"`;

/**
 * Makes every password reset link of a user void, sent or still to be sent. The caller holds the
 * lock of the user's row, under which links are made: the lock, and not a clock, decides which
 * links came before.
 *
 * @returns the ids of the links that worked until now
 */
export async function spendResetLinks(
  userId: string,
  now: Date,
  manager: EntityManager,
): Promise<string[]> {
  const [links] = await manager.query<[{ id: string; isInTime: boolean }[], number]>(SPEND, [
    userId,
    now,
  ]);
  return links.flatMap(({ id, isInTime }) => (isInTime ? [id] : []));
}
