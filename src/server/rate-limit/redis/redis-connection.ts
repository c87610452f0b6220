import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { reasonOf, rejectAfter } from '../../../mfa/index.js';
import { ConfigError } from '../../config/values/config-error.js';

/** Redis takes about one millisecond, but a busy process may read the answer late, and that is no outage. */
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;
const CONNECT_TIMEOUT_MILLISECONDS = 1_000;
const REACH_TIMEOUT_MILLISECONDS = 1_000;
const LONGEST_RECONNECT_DELAY_MILLISECONDS = 1_000;

/** Errors of a replica: at a write, or at any command after it lost its primary. */
const OF_REPLICA = /\b(READONLY|MASTERDOWN)\b/;

/** Tests what counting needs: a script, and the permission, the memory and the role to write. */
const WRITE = `return redis.call('SET', KEYS[1], '1', 'PX', 1000)`;
const WRITTEN_KEY = 'nestjs-mfa:reach';

/**
 * This process's one connection to Redis. It reconnects by itself; commands fail at once meanwhile,
 * so that nobody waits for an unreachable Redis. It reconnects also when Redis has become a
 * replica: the address may lead to the new primary by now.
 */
export class RedisConnection implements OnApplicationShutdown {
  private constructor(
    /** Null: `REDIS_URL` is unset. */
    readonly client: Redis | null,
  ) {}

  /**
   * Resolves within a second, connected or not. The client's code is loaded only if there is a URL.
   *
   * @throws {ConfigError} for a database number that this Redis does not have
   */
  static async open(url: string | null): Promise<RedisConnection> {
    if (url === null) return new RedisConnection(null);
    const client = await createClient(url);
    const watch = new ConnectionWatch(client);
    try {
      await rejectAfter(CONNECT_TIMEOUT_MILLISECONDS, client.connect());
    } catch {
      // The client keeps trying, and its users report that it is unreachable.
    }
    if (watch.refusal !== null) throw new ConfigError([watch.refusal]);
    return new RedisConnection(client);
  }

  get isConfigured(): boolean {
    return this.client !== null;
  }

  /**
   * Resolves after a successful write, or at once if Redis is not configured.
   *
   * @throws {Error} when Redis is full, a replica, or does not answer within a second
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
 * Listens to the errors of a connection; without a listener each failed try would end the process.
 * Commands reject with other messages, so the reason of an outage is logged here.
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

  /** Why this Redis can never be used; null if nothing speaks against it. */
  get refusal(): string | null {
    return this.refused;
  }

  private hear(error: unknown): void {
    const reason = isReply(error) ? error.message : reasonOf(error);
    if (isReply(error) && error.command?.name === 'select') return this.refuse(reason);
    if (this.told !== reason) this.logger.warn(`No connection to Redis: ${reason}`);
    this.told = reason;
  }

  /** Otherwise it would use database 0, which may belong to another application. */
  private refuse(reason: string): void {
    this.refused = `REDIS_URL names the database ${this.client.options.db}, which its Redis does not give ("${reason}"): name one that it has.`;
    this.logger.error(this.refused);
    this.client.disconnect();
  }
}

/** An error reply of Redis, which quotes only the name of a command. */
function isReply(
  error: unknown,
): error is Error & { readonly command?: { readonly name: string } } {
  return error instanceof Error && error.name === 'ReplyError';
}
