import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Asker, MfaError, normalizeText, RandomSource, SlowWork } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { Argon2id } from './hashes/argon2id.js';
import { Argon2idHashes } from './hashes/argon2id-hashes.js';
import { compareBcrypt, compareBcryptWithNobody, isBcrypt } from './hashes/bcrypt-hashes.js';
import { HashCensus } from './hashes/hash-census.js';
import { hashesAtOnce } from './hashes/hashes-at-once.js';

/** Makes our condensed passwords differ from those of any other service. It is public, and must never change. */
const DOMAIN_LABEL = 'nestjs-mfa/password/v1';

/** UTF-16 units of a password as received: enough for 1024 characters, however they are composed. */
export const MAX_PASSWORD_TEXT_LENGTH = 4096;

const TOO_LONG = {
  password: [`Ensure this field has no more than ${MAX_PASSWORD_TEXT_LENGTH} characters.`],
};

/** A second of work or less, and some seconds while the hashes are bcrypt; half of it for one network, an eighth for one name. */
export const PASSWORD_LINE = { mostWaiting: 64, mostOfNetwork: 32, mostOfSubject: 8 };

/**
 * argon2id over condensed passwords, with the configured work. Hashes of bcrypt, which all were before,
 * still open.
 */
@Injectable()
export class PasswordHasher {
  private readonly slow: SlowWork;
  private readonly hashes: Argon2idHashes;

  constructor(
    config: ServerConfig,
    argon2id: Argon2id,
    private readonly census: HashCensus,
    random: RandomSource,
  ) {
    const { passwordHashWork: work, passwordHashesAtOnce } = config;
    const atOnce = hashesAtOnce({ atOnce: passwordHashesAtOnce, memoryKib: work.memoryKib });
    this.slow = new SlowWork({ atOnce, ...PASSWORD_LINE });
    this.hashes = new Argon2idHashes(argon2id, work, random);
  }

  /** @throws {MfaError} `rate_limited` when too many wait already */
  async hash(password: string, asker: Asker): Promise<string> {
    const condensed = condense(password);
    return this.slow.run(asker, () => this.hashes.make(condensed));
  }

  /**
   * As {@link hash}, for a new hash that no sign-in waits for: all other work goes first.
   *
   * @throws {MfaError} `rate_limited` also when other work needs the place
   */
  async rehash(password: string, userId: string): Promise<string> {
    const condensed = condense(password);
    return this.slow.runBehind(userId, () => this.hashes.make(condensed));
  }

  /**
   * False also without a hash, after as much work as for one. All hashes of a kind take the same work,
   * unless they were made with more than is configured now; without a hash, the asker's subject decides
   * the kind. All of it is one turn in line: several turns would make the time of an old hash stand
   * out.
   *
   * @throws {MfaError} `rate_limited` when too many wait already
   */
  async verify(password: string, hash: string | null, asker: Asker): Promise<boolean> {
    const condensed = condense(password);
    this.census.keepFresh();
    return this.slow.run(asker, () =>
      hash === null
        ? this.compareWithNobody(condensed, asker.subject)
        : this.compare(condensed, hash),
    );
  }

  /** Whether a new hash of the same password would be another kind, or other work. */
  isOutdated(hash: string): boolean {
    return isBcrypt(hash) || this.hashes.isOutdated(hash);
  }

  private async compare(condensed: string, hash: string): Promise<boolean> {
    if (!isBcrypt(hash)) return this.hashes.compare(condensed, hash);
    return compareBcrypt(condensed, hash, this.census.bcryptCost ?? 0);
  }

  private async compareWithNobody(condensed: string, name: string): Promise<false> {
    const { bcryptCost } = this.census;
    if (bcryptCost === null || !this.census.isLikeBcrypt(name)) {
      await this.hashes.compareWithNobody(condensed);
    } else {
      await compareBcryptWithNobody(condensed, bcryptCost);
    }
    return false;
  }
}

/**
 * 44 characters of base64 for a password of any length: bcrypt reads 72 bytes, stops at a NUL, and
 * silently ignores the rest. argon2id would read all, but one form for both kinds is less to get wrong.
 *
 * A keyed hash and not SHA-256 alone: with the latter, unsalted hashes stolen elsewhere could be
 * tried against ours as if they were passwords, without ever being cracked.
 */
function condense(password: string): string {
  return createHmac('sha256', DOMAIN_LABEL).update(normalizePassword(password)).digest('base64');
}

/**
 * Gives passwords that look and are typed the same one form: the OpaqueString profile [RFC 8265
 * §4.2.2].
 *
 * @throws {MfaError} `validation_failed` for a text longer than {@link MAX_PASSWORD_TEXT_LENGTH}
 */
export function normalizePassword(password: string): string {
  const text = normalizeText(password, { form: 'NFC', maxLength: MAX_PASSWORD_TEXT_LENGTH });
  if (text === null) throw new MfaError('validation_failed', { errors: TOO_LONG });
  return text.replace(/\p{Zs}/gu, ' ');
}
