import { createHmac } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { type Asker, MfaError, normalizeText, SlowWork } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';

/** Makes our condensed passwords differ from those of any other service. It is public, and must never change. */
const DOMAIN_LABEL = 'nestjs-mfa/password/v1';

/** A salt and hash that no password has: the password of an absent user is compared with it. */
const NO_SALT_AND_HASH = '.'.repeat(53);

/** UTF-16 units of a password as received: enough for 1024 characters, however they are composed. */
export const MAX_PASSWORD_TEXT_LENGTH = 4096;

const TOO_LONG = {
  password: [`Ensure this field has no more than ${MAX_PASSWORD_TEXT_LENGTH} characters.`],
};

/** Some seconds of work at the default cost; half of it for one network, an eighth for one name. */
export const PASSWORD_LINE = { mostWaiting: 64, mostOfNetwork: 32, mostOfSubject: 8 };

/** bcrypt over condensed passwords, at the configured cost. */
@Injectable()
export class PasswordHasher {
  private readonly slow: SlowWork;

  constructor(private readonly config: ServerConfig) {
    const atOnce = Math.min(config.passwordHashesAtOnce, availableParallelism());
    this.slow = new SlowWork({ atOnce, ...PASSWORD_LINE });
  }

  /** @throws {MfaError} `rate_limited` when too many wait already */
  async hash(password: string, asker: Asker): Promise<string> {
    const condensed = condense(password);
    return this.slow.run(asker, () => bcrypt.hash(condensed, this.config.passwordHashCost));
  }

  /**
   * As {@link hash}, for a new hash that no sign-in waits for: all other work goes first.
   *
   * @throws {MfaError} `rate_limited` also when other work needs the place
   */
  async rehash(password: string, userId: string): Promise<string> {
    const condensed = condense(password);
    return this.slow.runBehind(userId, () => bcrypt.hash(condensed, this.config.passwordHashCost));
  }

  /**
   * False also without a hash, after as much work as for a hash of the configured cost or a lower
   * one. All of it is one turn in line: several turns would make the time of an old hash stand out.
   *
   * @throws {MfaError} `rate_limited` when too many wait already
   */
  async verify(password: string, hash: string | null, asker: Asker): Promise<boolean> {
    const condensed = condense(password);
    return this.slow.run(asker, () => this.compare(condensed, hash));
  }

  private async compare(condensed: string, hash: string | null): Promise<boolean> {
    const { passwordHashCost } = this.config;
    if (hash === null) {
      await bcrypt.compare(condensed, hashOfNobody(passwordHashCost));
      return false;
    }
    const isRight = await bcrypt.compare(condensed, hash);
    // Each cost is twice the work of the one below, so the hash and these add up to the configured
    // cost.
    for (let cost = bcrypt.getRounds(hash); cost < passwordHashCost; cost++) {
      await bcrypt.compare(condensed, hashOfNobody(cost));
    }
    return isRight;
  }

  /** Whether the hash was made at another cost than the one configured now. */
  isOutdated(hash: string): boolean {
    return bcrypt.getRounds(hash) !== this.config.passwordHashCost;
  }
}

function hashOfNobody(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${NO_SALT_AND_HASH}`;
}

/**
 * 44 characters of base64 for a password of any length: bcrypt reads 72 bytes, stops at a NUL, and
 * silently ignores the rest.
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
