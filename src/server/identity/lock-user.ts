import { type EntityManager } from 'typeorm';

const LOCK_USER = 'SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE';

/**
 * Locks a user's row until the transaction ends: what is counted of one user behind it is counted one
 * after the other, whichever servers do it.
 *
 * @returns false where there is no such user
 */
export async function lockUser(userId: string, manager: EntityManager): Promise<boolean> {
  const users = await manager.query<unknown[]>(LOCK_USER, [userId]);
  return users.length === 1;
}
