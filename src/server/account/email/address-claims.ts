import { type EntityManager } from 'typeorm';

/** The assignments that end the code which confirms an address. */
export const NO_CODE = `email_code_tag = NULL, email_code_expires_at = NULL, email_code_attempts = 0`;

const RELEASE = `
  UPDATE users SET email = NULL, email_key = NULL, email_unasked = false, ${NO_CODE}
  WHERE email_key = $2 AND id <> $1`;

/** Whoever locks the claims of an address sees what the one before has made of them. */
const LOCK_ADDRESS = `
  SELECT pg_advisory_xact_lock(hashtextextended('claims of ' || $1::text, 0))`;

const LOCK = `
  SELECT id, email_verified_at IS NOT NULL AS "isConfirmed" FROM users
  WHERE id = $1 OR email_key = $2 ORDER BY id FOR NO KEY UPDATE`;

/** A user, and an address as it is compared. */
export interface AddressClaim {
  readonly userId: string;
  /** `foldName` of the address. */
  readonly key: string;
}

/**
 * Locks an address, a user and all who claim that address, in one order for all. Of several who confirm
 * it at once, one wins.
 *
 * @returns false if another user has confirmed the address
 */
export async function lockClaims(
  { userId, key }: AddressClaim,
  manager: EntityManager,
): Promise<boolean> {
  await manager.query(LOCK_ADDRESS, [key]);
  const users = await manager.query<{ id: string; isConfirmed: boolean }[]>(LOCK, [userId, key]);
  return users.every(({ id, isConfirmed }) => id === userId || isConfirmed === false);
}

/** Takes an address from all users but one. The caller holds their locks. */
export async function releaseClaims(
  { userId, key }: AddressClaim,
  manager: EntityManager,
): Promise<void> {
  await manager.query(RELEASE, [userId, key]);
}
