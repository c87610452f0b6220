import { SlowWork, type SlowWorkLimits } from './slow-work.js';

const LIMITS: SlowWorkLimits = {
  atOnce: 2,
  mostWaiting: 3,
  mostOfNetwork: 3,
  mostOfSubject: 3,
};
const ASKER = { subject: 'a', ip: '192.0.2.1' };

describe('SlowWork', () => {
  it('does so much at once, lets so much wait, and turns the rest away', async () => {
    const slow = new SlowWork(LIMITS);
    let [running, most] = [0, 0];
    let finish = () => {};
    const all = new Promise<void>((resolve) => (finish = resolve));
    const work = async () => {
      most = Math.max(most, ++running);
      await all;
      running -= 1;
    };
    const outcomes = Promise.allSettled(Array.from({ length: 6 }, () => slow.run(ASKER, work)));
    await new Promise(setImmediate);
    await expect(slow.run(ASKER, work)).rejects.toMatchObject({
      code: 'rate_limited',
      extras: { retryAfterSeconds: 2 },
    });
    finish();
    const statuses = (await outcomes).map(({ status }) => status);
    expect(statuses).toEqual([...Array<string>(5).fill('fulfilled'), 'rejected']);
    expect(most).toBe(2);
    await expect(slow.run(ASKER, async () => 'served again')).resolves.toBe('served again');
  });

  it('goes on after work that fails', async () => {
    const slow = new SlowWork({ ...LIMITS, atOnce: 1 });
    const fails = slow.run(ASKER, () => Promise.reject(new Error('broken')));
    const next = slow.run(ASKER, async () => 'next');
    await expect(fails).rejects.toThrow('broken');
    await expect(next).resolves.toBe('next');
  });

  it.each([
    ['one network', (i: number) => ({ subject: `name${i}`, ip: '192.0.2.1' })],
    ['one /56 of IPv6', (i: number) => ({ subject: `name${i}`, ip: `2001:db8:0:${i}::1` })],
    [
      'one /48 of IPv6',
      (i: number) => ({ subject: `name${i}`, ip: `2001:db8:0:${i.toString(16)}00::1` }),
    ],
  ])('serves another client second, whatever waits from %s', async (_, askerOf) => {
    const slow = new SlowWork({ atOnce: 1, mostWaiting: 64, mostOfNetwork: 64, mostOfSubject: 64 });
    const served: string[] = [];
    const work = (name: string) => async () => {
      served.push(name);
    };
    const crowd = Array.from({ length: 60 }, (_unused, i) => slow.run(askerOf(i), work('crowd')));
    const other = slow.run({ subject: 'other', ip: '198.51.100.1' }, work('other'));
    await Promise.all([...crowd, other]);
    expect(served.indexOf('other')).toBe(1);
  });

  it('does what nobody waits for when nobody else waits, and has it give way', async () => {
    const slow = new SlowWork({ ...LIMITS, atOnce: 1, mostWaiting: 2 });
    const served: string[] = [];
    const work = (name: string) => async () => {
      served.push(name);
    };
    const first = slow.run(ASKER, work('first'));
    const behind = [1, 2].map(() => slow.runBehind('a', work('behind')));
    const others = [1, 2].map((i) => slow.run({ subject: `other${i}`, ip: null }, work('other')));
    const outcomes = await Promise.allSettled([first, ...behind, ...others]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const late = slow.runBehind('a', work('behind'));
    await late;
    expect(served).toEqual(['first', 'other', 'other', 'behind']);
  });
});
