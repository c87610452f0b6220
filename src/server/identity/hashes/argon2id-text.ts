import { type HashWork } from '../../config/values/hash-work.js';

/** A stored hash of argon2id. */
export interface Argon2idHash {
  readonly work: HashWork;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** One lane, 16 bytes of salt and 32 of digest, both in base64 without padding. */
const FORM =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** The text in the PHC string format, which other implementations read too. */
export function textOfArgon2id({ work, salt, digest }: Argon2idHash): string {
  const { memoryKib, passes } = work;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${base64(salt)}$${base64(digest)}`;
}

/** @throws {Error} for a text that {@link textOfArgon2id} does not make */
export function readArgon2id(text: string): Argon2idHash {
  const [, memoryKib, passes, salt = '', digest = ''] = FORM.exec(text) ?? [];
  if (memoryKib === undefined) throw new Error('A stored hash of argon2id is damaged.');
  return {
    work: { memoryKib: Number(memoryKib), passes: Number(passes) },
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
