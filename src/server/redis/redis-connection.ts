import { type OnApplicationShutdown } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { rejectAfter } from '../../mfa/index.js';

/** Redis takes about one; but a busy process may be late to read its answer: that is not absence. */
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;
const CONNECT_TIMEOUT_MILLISECONDS = 1_000;
const PING_TIMEOUT_MILLISECONDS = 1_000;
const LONGEST_RECONNECT_DELAY_MILLISECONDS = 1_000;

/**
 * The one connection to Redis of this process. It comes back by itself, and what is asked of it
 * meanwhile fails at once: nobody waits for a Redis that is away.
 */
export class RedisConnection implements OnApplicationShutdown {
  private constructor(
    /** Null: `REDIS_URL` is unset. */
    readonly client: Redis | null,
  ) {}

  /** Resolves, connected or not, within a second. The client's code is loaded only with an address. */
  static async open(url: string | null): Promise<RedisConnection> {
    if (url === null) return new RedisConnection(null);
    const client = await createClient(url);
    try {
      await rejectAfter(CONNECT_TIMEOUT_MILLISECONDS, client.connect());
    } catch {
      // It goes on trying; whoever needs it says that it is away.
    }
    return new RedisConnection(client);
  }

  get isConfigured(): boolean {
    return this.client !== null;
  }

  /** Resolves at once when Redis is not configured. @throws {Error} when it does not answer in a second */
  async ping(): Promise<void> {
    if (this.client !== null) await rejectAfter(PING_TIMEOUT_MILLISECONDS, this.client.ping());
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

async function createClient(url: string): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const client = new Client(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
    commandTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    retryStrategy: (tries) => Math.min(tries * 50, LONGEST_RECONNECT_DELAY_MILLISECONDS),
  });
  // Unheard, each failed try would end the process. Its commands reject with the same reason.
  return client.on('error', () => {});
}
