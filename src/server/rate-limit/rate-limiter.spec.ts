import { FakeClock, FakeRandomSource } from '../../mfa/testing/index.js';
import { generateKeys } from '../config/generate-keys.js';
import { readConfig } from '../config/read-config.js';
import { RateLimiter } from './rate-limiter.js';

describe('RateLimiter', () => {
  const keys = generateKeys(new FakeRandomSource());
  const config = readConfig({ RATE_LIMIT_PER_MINUTE: '2' }, () => keys);
  const clock = new FakeClock();
  const limiter = new RateLimiter(config, clock);

  it('lets as many pass as are allowed, and says how long to wait', () => {
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([null, null, 60]);
    clock.advance({ seconds: 20 });
    expect(limiter.take('a')).toBe(40);
  });

  it('counts each group by itself', () => {
    expect(limiter.take('b')).toBeNull();
  });

  it('begins anew after a minute', () => {
    clock.advance({ seconds: 39.5 });
    expect(limiter.take('a')).toBe(1);
    clock.advance({ seconds: 0.5 });
    expect(limiter.take('a')).toBeNull();
  });
});
