import { type ThrottlerStorage } from '@nestjs/throttler';
import { type Redis } from 'ioredis';
import { requestCount, type RequestCount } from './request-count.js';

/** Keeps our keys apart from those of others in the same Redis. */
const KEY_PREFIX = 'nestjs-mfa:requests:';

/**
 * One atomic step, because Redis runs nothing else meanwhile: every request of every process gets a
 * distinct count, and no key is left without an expiry. A key that lives longer than a window was
 * set while Redis' clock was wrong: its window starts now.
 */
const COUNT_ONE = `
local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
local window = tonumber(ARGV[1])
if left < 0 or left > window then
  redis.call('PEXPIRE', KEYS[1], window)
  left = window
end
return { hits, left }
`;

/** Counts for all processes together. Each client has a window from its first request on. */
export class RedisStorage implements ThrottlerStorage {
  constructor(private readonly client: Redis) {}

  /** @throws {Error} when Redis does not answer soon */
  async increment(
    client: string,
    windowMilliseconds: number,
    limit: number,
  ): Promise<RequestCount> {
    const answer = await this.client.eval(COUNT_ONE, 1, KEY_PREFIX + client, windowMilliseconds);
    const [hits, leftMilliseconds] = numbersIn(answer);
    return requestCount({ hits, limit, leftMilliseconds });
  }
}

function numbersIn(answer: unknown): [number, number] {
  const numbers: readonly unknown[] = Array.isArray(answer) ? answer : [];
  const [hits, left] = numbers;
  if (typeof hits !== 'number' || typeof left !== 'number') {
    throw new Error('Redis did not answer with two numbers.');
  }
  return [hits, left];
}
