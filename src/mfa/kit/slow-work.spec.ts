import { SlowWork } from './slow-work.js';

describe('SlowWork', () => {
  it('does so much at once, lets so much wait, and turns the rest away', async () => {
    const slow = new SlowWork({ atOnce: 2, mostWaiting: 3 });
    let [running, most] = [0, 0];
    let finish = () => {};
    const all = new Promise<void>((resolve) => (finish = resolve));
    const work = async () => {
      most = Math.max(most, ++running);
      await all;
      running -= 1;
    };
    const outcomes = Promise.allSettled(Array.from({ length: 6 }, () => slow.run(work)));
    await new Promise(setImmediate);
    await expect(slow.run(work)).rejects.toMatchObject({
      code: 'rate_limited',
      extras: { retryAfterSeconds: 2 },
    });
    finish();
    const statuses = (await outcomes).map(({ status }) => status);
    expect(statuses).toEqual([...Array<string>(5).fill('fulfilled'), 'rejected']);
    expect(most).toBe(2);
    await expect(slow.run(async () => 'served again')).resolves.toBe('served again');
  });
});
