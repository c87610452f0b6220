import { constantTimeEqual, type RandomSource } from '../../../mfa/index.js';
import { type HashWork } from '../../config/values/hash-work.js';
import { type Argon2id, SALT_BYTES } from './argon2id.js';
import { readArgon2id, textOfArgon2id } from './argon2id-text.js';

/** The least memory of argon2 with one lane [RFC 9106 §3.1]. */
const LEAST_MEMORY_KIB = 8;

const NO_SALT = Buffer.alloc(SALT_BYTES);

/** Stored hashes of argon2id: new ones are made with the configured work. */
export class Argon2idHashes {
  constructor(
    private readonly argon2id: Argon2id,
    private readonly work: HashWork,
    private readonly random: RandomSource,
  ) {}

  async make(text: string): Promise<string> {
    const { work } = this;
    const salt = this.random.bytes(SALT_BYTES);
    return textOfArgon2id({ work, salt, digest: await this.argon2id.digest(text, salt, work) });
  }

  /** Does the configured work also for a hash that was made with less. */
  async compare(text: string, hash: string): Promise<boolean> {
    const { work, salt, digest } = readArgon2id(hash);
    const found = await this.argon2id.digest(text, salt, work);
    for (const rest of restOf(this.work, work)) await this.argon2id.digest(text, NO_SALT, rest);
    return constantTimeEqual(found, digest);
  }

  /** Only the work of {@link compare}. */
  async compareWithNobody(text: string): Promise<void> {
    await this.argon2id.digest(text, NO_SALT, this.work);
  }

  /** Whether the hash was made with other work than is configured now. */
  isOutdated(hash: string): boolean {
    const { memoryKib, passes } = readArgon2id(hash).work;
    return memoryKib !== this.work.memoryKib || passes !== this.work.passes;
  }
}

/**
 * What is left to do of `whole` after `done`: the time of a hash goes by memory × passes. Less than the
 * least memory is left out.
 */
function restOf(whole: HashWork, done: HashWork): HashWork[] {
  const { memoryKib } = whole;
  const kib = Math.max(0, memoryKib * whole.passes - done.memoryKib * done.passes);
  return [
    { memoryKib, passes: Math.floor(kib / memoryKib) },
    { memoryKib: kib % memoryKib, passes: 1 },
  ].filter((rest) => rest.passes > 0 && rest.memoryKib >= LEAST_MEMORY_KIB);
}
