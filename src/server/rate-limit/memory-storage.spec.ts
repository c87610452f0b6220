import { addSeconds } from '../../mfa/index.js';
import { FakeClock } from '../../mfa/testing/index.js';
import { MemoryStorage } from './memory-storage.js';

const WINDOW_MILLISECONDS = 60_000;

describe('MemoryStorage', () => {
  const clock = new FakeClock();
  const storage = new MemoryStorage(clock);
  /** Seconds to wait; 0 if the request may pass. */
  const take = async (client: string) =>
    (await storage.increment(client, WINDOW_MILLISECONDS, 2)).timeToBlockExpire;

  it('lets as many pass as are allowed, and says how long to wait', async () => {
    expect([await take('a'), await take('a'), await take('a')]).toEqual([0, 0, 60]);
    clock.advance({ seconds: 20 });
    expect(await take('a')).toBe(40);
  });

  it('counts each client by itself', async () => {
    expect(await take('b')).toBe(0);
  });

  it('begins anew after a minute', async () => {
    clock.advance({ seconds: 39.5 });
    expect(await take('a')).toBe(1);
    clock.advance({ seconds: 0.5 });
    expect(await take('a')).toBe(0);
  });

  it.each([3600, -3600])(
    'keeps a window as it is when the time is set %d s on',
    async (seconds) => {
      clock.advance({ seconds: 60 });
      expect([await take('a'), await take('a')]).toEqual([0, 0]);
      clock.set(addSeconds(clock.now(), seconds));
      expect(await take('a')).toBe(60);
      clock.advance({ seconds: 60 });
      expect(await take('a')).toBe(0);
    },
  );
});
