import { createHmac } from 'node:crypto';
import { jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { Argon2id } from '../../src/server/identity/hashes/argon2id.js';
import { type TestServer, type TestUser } from './server.js';

/**
 * Runs something and names each slow hash that was compared or made meanwhile, with its work, in their
 * order: `argon2id 19456 2` is of memory and passes, `bcrypt 12` of the cost.
 */
export async function slowWorkDuring<T>(
  server: TestServer,
  action: () => Promise<T>,
): Promise<[T, string[]]> {
  const work: string[] = [];
  const argon2id = server.app.get(Argon2id, { strict: false });
  const [digest, compare] = [argon2id.digest.bind(argon2id), bcrypt.compare.bind(bcrypt)];
  const watches = [
    jest.spyOn(argon2id, 'digest').mockImplementation((text, salt, { memoryKib, passes }) => {
      work.push(`argon2id ${memoryKib} ${passes}`);
      return digest(text, salt, { memoryKib, passes });
    }),
    // TypeScript picks the signature with a callback.
    jest.spyOn(bcrypt, 'compare').mockImplementation(((text: string, hash: string) => {
      work.push(`bcrypt ${bcrypt.getRounds(hash)}`);
      return compare(text, hash);
    }) as never),
  ];
  try {
    return [await action(), work];
  } finally {
    for (const watch of watches) watch.mockRestore();
  }
}

/** A hash of bcrypt, as all passwords were kept before argon2id. */
export function bcryptOf(password: string, cost: number): Promise<string> {
  const condensed = createHmac('sha256', 'nestjs-mfa/password/v1').update(password);
  return bcrypt.hash(condensed.digest('base64'), cost);
}

/** Keeps this user's password as bcrypt. */
export async function keepAsBcrypt(
  server: TestServer,
  { id, password }: TestUser,
  cost = 4,
): Promise<void> {
  const sql = 'UPDATE users SET password_hash = $2 WHERE id = $1';
  await server.dataSource.query(sql, [id, await bcryptOf(password, cost)]);
}
