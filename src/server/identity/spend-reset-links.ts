import { type EntityManager } from 'typeorm';

const SPEND = `
  UPDATE password_reset_links SET spent_at = $2
  WHERE user_id = $1 AND spent_at IS NULL
  RETURNING id, expires_at > $2 AS "isInTime"`;

/**
 * Makes every link of a password reset void that a user was sent or still is to be sent. The caller
 * holds the user's row, behind which links are made: which link came before is told by that lock and
 * not by clocks.
 *
 * @returns the ids of those that worked until now
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
