import { createHmac } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock, KeyRing } from '../../../mfa/index.js';

/** The index `users_bcrypt_idx` answers the EXISTS, so a table without bcrypt is not read. */
const COUNT = `
  SELECT count(*)::integer AS all,
    count(*) FILTER (WHERE password_hash LIKE '$2%')::integer AS bcrypt,
    max(substr(password_hash, 5, 2)) FILTER (WHERE password_hash LIKE '$2%')::integer AS cost
  FROM users
  WHERE password_hash IS NOT NULL
    AND EXISTS (SELECT FROM users WHERE password_hash LIKE '$2%')`;

/** A large table takes longer to count than any other statement may. */
const COUNT_TIMEOUT = `SET LOCAL statement_timeout = '60s'`;

/** After that, the proportion is counted again. */
const COUNT_LASTS_MILLISECONDS = 3_600_000;

/** A result of {@link COUNT}. */
interface Count {
  readonly all: number;
  readonly bcrypt: number;
  /** The highest cost; null without a hash of bcrypt. */
  readonly cost: number | null;
}

/**
 * How many of the stored passwords are still bcrypt: an unknown name does the work of either kind as
 * often as a known one does.
 */
@Injectable()
export class HashCensus implements OnApplicationBootstrap {
  private readonly logger = new Logger(HashCensus.name);
  private latest: Count = { all: 0, bcrypt: 0, cost: null };
  private countedAt = -Infinity;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** The first sign-in needs the proportion, so the start waits for it. */
  onApplicationBootstrap(): Promise<void> {
    return this.count();
  }

  /** The highest cost of a stored hash of bcrypt; null: there is none. */
  get bcryptCost(): number | null {
    return this.latest.cost;
  }

  /**
   * Whether an absent user of this name does the work of bcrypt. Names are ordered by a keyed hash, so
   * that a name keeps its kind, or passes from bcrypt to argon2id once, as that of a user does.
   */
  isLikeBcrypt(name: string): boolean {
    const { all, bcrypt } = this.latest;
    return placeOf(name, this.keys) * all < bcrypt;
  }

  /** Counts again where the last count is old. Nothing waits for it. */
  keepFresh(): void {
    const age = this.clock.elapsedMilliseconds() - this.countedAt;
    if (age >= COUNT_LASTS_MILLISECONDS) void this.count();
  }

  /** A failure leaves the last count in force. */
  private async count(): Promise<void> {
    this.countedAt = this.clock.elapsedMilliseconds();
    try {
      this.latest = await this.database.transaction(async (manager) => {
        await manager.query(COUNT_TIMEOUT);
        const [found] = await manager.query<Count[]>(COUNT);
        return found ?? this.latest;
      });
    } catch (error) {
      this.logger.warn(`The kinds of password hashes were not counted: ${String(error)}`);
    }
  }
}

/** From 0 up to 1, evenly over all names. */
function placeOf(name: string, keys: KeyRing): number {
  const { secret } = keys.newest('absent-name');
  return createHmac('sha256', secret).update(name).digest().readUInt32BE() / 2 ** 32;
}
