import { type ThrottlerStorage } from '@nestjs/throttler';
import { addSeconds } from '../../mfa/index.js';
import { FakeClock } from '../../mfa/testing/index.js';
import { FallbackStorage } from './fallback-storage.js';
import { MemoryStorage } from './memory-storage.js';

const LIMIT = 6;
const PASSED = 'passed';
const BLOCKED = 'blocked';

/** A storage that can fail, and the fallback in front of it. */
function setUp() {
  const clock = new FakeClock();
  const told: string[] = [];
  const counts = new MemoryStorage(clock);
  const state = { isAway: false, asked: 0 };
  const shared: ThrottlerStorage = {
    increment: (client, ttl, limit) => {
      state.asked += 1;
      if (state.isAway) return Promise.reject(new Error('away'));
      return counts.increment(client, ttl, limit);
    },
  };
  const logger = {
    log: (text: string) => told.push(`log ${text}`),
    warn: (text: string) => told.push(`warn ${text}`),
  };
  const storage = new FallbackStorage({ shared, clock, logger });
  const take = async (limit = LIMIT, client = 'a') => {
    const { isBlocked } = await storage.increment(client, 60_000, limit, 60_000, 'default');
    return isBlocked ? BLOCKED : PASSED;
  };
  return { clock, told, state, take };
}

describe('FallbackStorage', () => {
  it('asks the shared storage, and tells nothing, while that answers', async () => {
    const { told, state, take } = setUp();
    for (let i = 0; i < LIMIT; i++) expect(await take()).toBe(PASSED);
    expect(await take()).toBe(BLOCKED);
    expect(state.asked).toBe(LIMIT + 1);
    expect(told).toEqual([]);
  });

  it('lets a third of the limit pass while that is away', async () => {
    const { state, take } = setUp();
    state.isAway = true;
    expect([await take(), await take(), await take()]).toEqual([PASSED, PASSED, BLOCKED]);
  });

  it('gives no second share to a client that has had its own', async () => {
    const { state, take } = setUp();
    expect([await take(), await take()]).toEqual([PASSED, PASSED]);
    state.isAway = true;
    expect([await take(), await take(LIMIT, 'b')]).toEqual([BLOCKED, PASSED]);
  });

  it.each([1, 2])('lets one pass of a limit of %s', async (limit) => {
    const { state, take } = setUp();
    state.isAway = true;
    expect([await take(limit), await take(limit)]).toEqual([PASSED, BLOCKED]);
  });

  it('asks once in two seconds whether it is back, and warns once', async () => {
    const { clock, told, state, take } = setUp();
    state.isAway = true;
    for (let second = 0; second < 10; second++) {
      await take();
      await take();
      clock.advance({ seconds: 1 });
    }
    expect(state.asked).toBe(5);
    expect(told).toEqual([expect.stringMatching(/^warn Redis does not count \(away\)/)]);
  });

  it('asks in two seconds too where the time is set back', async () => {
    const { clock, state, take } = setUp();
    state.isAway = true;
    await take();
    clock.set(addSeconds(clock.now(), -3600));
    await take();
    expect(state.asked).toBe(1);
    clock.advance({ seconds: 2 });
    await take();
    expect(state.asked).toBe(2);
  });

  it('warns once of many requests that fail together', async () => {
    const { told, state, take } = setUp();
    state.isAway = true;
    await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(told).toHaveLength(1);
  });

  it('asks with one request of many', async () => {
    const { clock, state, take } = setUp();
    state.isAway = true;
    await take();
    clock.advance({ seconds: 2 });
    await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(state.asked).toBe(2);
  });

  it('says once that it is back, and warns again when it goes again', async () => {
    const { clock, told, state, take } = setUp();
    state.isAway = true;
    await take();
    state.isAway = false;
    clock.advance({ seconds: 2 });
    for (let i = 0; i < LIMIT; i++) expect(await take()).toBe(PASSED);
    state.isAway = true;
    await take();
    expect(told.map((line) => line.slice(0, 20))).toEqual([
      'warn Redis does not ',
      'log Redis counts aga',
      'warn Redis does not ',
    ]);
  });
});
