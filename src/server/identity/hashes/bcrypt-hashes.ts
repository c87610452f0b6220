import bcrypt from 'bcrypt';

/** A salt and digest that no password has: the password of an absent user is compared with it. */
const NO_SALT_AND_DIGEST = '.'.repeat(53);

/** How every hash of bcrypt begins, and none of argon2id. */
const PREFIX = '$2';

/** Whether a stored hash is one of bcrypt, as all were before argon2id. */
export function isBcrypt(hash: string): boolean {
  return hash.startsWith(PREFIX);
}

/** Does the work of this cost also for a hash of a lower one. */
export async function compareBcrypt(text: string, hash: string, cost: number): Promise<boolean> {
  const isRight = await bcrypt.compare(text, hash);
  // Each cost is twice the work of the one below, so the hash and these add up to the cost.
  for (let more = bcrypt.getRounds(hash); more < cost; more++) {
    await compareBcryptWithNobody(text, more);
  }
  return isRight;
}

/** Only the work of {@link compareBcrypt}. */
export async function compareBcryptWithNobody(text: string, cost: number): Promise<void> {
  await bcrypt.compare(text, `$2b$${String(cost).padStart(2, '0')}$${NO_SALT_AND_DIGEST}`);
}
