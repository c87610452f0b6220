import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { reasonOf, rejectAfter } from '../../../mfa/index.js';
import { ConfigError } from '../../config/values/config-error.js';

/** Redis takes about one; but a busy process may be late to read its answer: that is not absence. */
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;
const CONNECT_TIMEOUT_MILLISECONDS = 1_000;
const REACH_TIMEOUT_MILLISECONDS = 1_000;
const LONGEST_RECONNECT_DELAY_MILLISECONDS = 1_000;

/** What a replica says to who writes, and one that has lost its primary to anybody. */
const OF_REPLICA = /\b(READONLY|MASTERDOWN)\b/;

/** Of what counting needs: a script, and the right, the room and the role to write. */
const WRITE = `return redis.call('SET', KEYS[1], '1', 'PX', 1000)`;
const WRITTEN_KEY = 'nestjs-mfa:reach';

/**
 * The one connection to Redis of this process. It comes back by itself, and what is asked of it
 * meanwhile fails at once: nobody waits for a Redis that is away. One that has become a replica is
 * left: its address may lead to the new primary by now.
 */
export class RedisConnection implements OnApplicationShutdown {
  private constructor(
    /** Null: `REDIS_URL` is unset. */
    readonly client: Redis | null,
  ) {}

  /**
   * Resolves, connected or not, within a second. The client's code is loaded only with an address.
   *
   * @throws {ConfigError} for a database that this Redis does not have
   */
  static async open(url: string | null): Promise<RedisConnection> {
    if (url === null) return new RedisConnection(null);
    const client = await createClient(url);
    const watch = new ConnectionWatch(client);
    try {
      await rejectAfter(CONNECT_TIMEOUT_MILLISECONDS, client.connect());
    } catch {
      // It goes on trying; whoever needs it says that it is away.
    }
    if (watch.refusal !== null) throw new ConfigError([watch.refusal]);
    return new RedisConnection(client);
  }

  get isConfigured(): boolean {
    return this.client !== null;
  }

  /**
   * Resolves once something could be written, at once when Redis is not configured.
   *
   * @throws {Error} when it is full, a replica, or does not answer in a second
   */
  async reach(): Promise<void> {
    if (this.client === null) return;
    await rejectAfter(REACH_TIMEOUT_MILLISECONDS, this.client.eval(WRITE, 1, WRITTEN_KEY));
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

async function createClient(url: string): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  return new Client(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
    commandTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    reconnectOnError: ({ message }) => OF_REPLICA.test(message),
    retryStrategy: (tries) => Math.min(tries * 50, LONGEST_RECONNECT_DELAY_MILLISECONDS),
  });
}

/**
 * Hears the errors of a connection: unheard, each failed try would end the process. Its commands reject
 * with other words, so the log has the reason of each outage here.
 */
class ConnectionWatch {
  private readonly logger = new Logger('Redis');
  private told: string | null = null;
  private refused: string | null = null;

  constructor(private readonly client: Redis) {
    client.on('error', (error: unknown) => this.hear(error));
    client.on('ready', () => {
      this.told = null;
    });
  }

  /** Why this Redis can never be used; null: nothing is known against it. */
  get refusal(): string | null {
    return this.refused;
  }

  private hear(error: unknown): void {
    const reason = isReply(error) ? error.message : reasonOf(error);
    if (isReply(error) && error.command?.name === 'select') return this.refuse(reason);
    if (this.told !== reason) this.logger.warn(`No connection to Redis: ${reason}`);
    this.told = reason;
  }

  /** Else it would work in database 0, which may be another application's. */
  private refuse(reason: string): void {
    this.refused = `REDIS_URL names the database ${this.client.options.db}, which its Redis does not give ("${reason}"): name one that it has.`;
    this.logger.error(this.refused);
    this.client.disconnect();
  }
}

/** An answer of Redis, which quotes nothing of a command but its name. */
function isReply(
  error: unknown,
): error is Error & { readonly command?: { readonly name: string } } {
  return error instanceof Error && error.name === 'ReplyError';
}
