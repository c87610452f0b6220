import crypto from 'node:crypto';
import { type hashRaw } from '@node-rs/argon2';
import { ConfigError } from '../../config/values/config-error.js';
import { type HashWork } from '../../config/values/hash-work.js';
import { Argon2id, DIGEST_BYTES } from './argon2id.js';

/** What is used of `@node-rs/argon2`. */
interface Package {
  readonly hashRaw: typeof hashRaw;
}

/** `crypto.argon2` of Node 24.7 and later. */
export type NodeArgon2 = (
  algorithm: 'argon2id',
  parameters: Readonly<{
    message: string;
    nonce: Buffer;
    parallelism: number;
    tagLength: number;
    memory: number;
    passes: number;
  }>,
  callback: (error: Error | null, digest: Buffer) => void,
) => void;

const ABSENT =
  'Passwords cannot be hashed: the native part of @node-rs/argon2 is not installed. Install the packages again with optional ones (npm ci --include=optional), or run Node 24.7 or later, which has argon2id of its own.';

/**
 * The function of `@node-rs/argon2`, or else Node's own, which takes longer. An install without
 * optional packages lacks the native part of the former.
 *
 * @throws {ConfigError} where neither is there
 */
export async function loadArgon2id(
  load: () => Promise<Package> = importPackage,
  ofNode: NodeArgon2 | null = nodeArgon2(),
): Promise<Argon2id> {
  try {
    return new PackagedArgon2id(await load());
  } catch (cause) {
    if (ofNode === null) throw new ConfigError([ABSENT], { cause });
    return new NodesArgon2id(ofNode);
  }
}

async function importPackage(): Promise<Package> {
  return (await import('@node-rs/argon2')).default;
}

function nodeArgon2(): NodeArgon2 | null {
  // The types are those of the oldest Node that is supported.
  return (crypto as { readonly argon2?: NodeArgon2 }).argon2 ?? null;
}

class PackagedArgon2id extends Argon2id {
  constructor(private readonly argon2: Package) {
    super();
  }

  /** The package's defaults are argon2id and the version 0x13. */
  digest(text: string, salt: Buffer, { memoryKib, passes }: HashWork): Promise<Buffer> {
    const work = { memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
    return this.argon2.hashRaw(text, { ...work, salt, outputLen: DIGEST_BYTES });
  }
}

class NodesArgon2id extends Argon2id {
  constructor(private readonly argon2: NodeArgon2) {
    super();
  }

  digest(text: string, salt: Buffer, { memoryKib, passes }: HashWork): Promise<Buffer> {
    const work = { memory: memoryKib, passes, parallelism: 1, tagLength: DIGEST_BYTES };
    return new Promise((resolve, reject) => {
      this.argon2('argon2id', { message: text, nonce: salt, ...work }, (error, digest) =>
        error === null ? resolve(digest) : reject(error),
      );
    });
  }
}
