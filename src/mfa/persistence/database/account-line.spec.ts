import { jest } from '@jest/globals';
import { ACCOUNT_LINE_LIMITS, AccountLine } from './account-line.js';

const { atOnce, mostWaiting, waitSeconds } = ACCOUNT_LINE_LIMITS;

describe('AccountLine', () => {
  let line: AccountLine;
  let begun: string[];
  let ends: (() => void)[];

  beforeEach(() => {
    jest.useFakeTimers();
    line = new AccountLine();
    begun = [];
    ends = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Work that runs until `end` is called. */
  const hold = (subjectId: string) =>
    line.run(subjectId, () => {
      begun.push(subjectId);
      return new Promise<void>((end) => ends.push(end));
    });

  const holdSeveral = (count: number) => Array.from({ length: count }, () => hold('ada'));

  it('does so much of one account at once, and all of another', () => {
    void Promise.all(holdSeveral(atOnce + 2));
    void hold('bob');
    expect(begun).toEqual([...Array.from({ length: atOnce }, () => 'ada'), 'bob']);
  });

  it('begins what waits when something ends, also by a failure', async () => {
    const failing = line.run('ada', () => Promise.reject(new Error('no')));
    const held = holdSeveral(atOnce);
    expect(begun).toHaveLength(atOnce - 1);
    await expect(failing).rejects.toThrow('no');
    await jest.advanceTimersByTimeAsync(0);
    expect(begun).toHaveLength(atOnce);
    for (const end of ends) end();
    await Promise.all(held);
    await expect(line.run('ada', async () => 'done')).resolves.toBe('done');
  });

  it('turns away what is one too many', async () => {
    void Promise.all(holdSeveral(atOnce + mostWaiting));
    await expect(hold('ada')).rejects.toMatchObject({
      code: 'rate_limited',
      extras: { retryAfterSeconds: 2 },
    });
  });

  it('turns away nothing that must not be refused, however much waits and however long', async () => {
    const held = holdSeveral(atOnce);
    const many = Array.from({ length: mostWaiting + 2 }, () =>
      line.run('ada', async () => 'done', 'unbounded'),
    );
    await jest.advanceTimersByTimeAsync(2 * waitSeconds * 1000);
    for (const end of ends) end();
    await Promise.all(held);
    expect(new Set(await Promise.all(many))).toEqual(new Set(['done']));
  });

  it('turns away what has waited for too long, and that alone', async () => {
    const [first] = holdSeveral(atOnce);
    const late = expect(hold('ada')).rejects.toMatchObject({ code: 'rate_limited' });
    await jest.advanceTimersByTimeAsync(waitSeconds * 1000);
    await late;
    const next = hold('ada');
    ends[0]?.();
    await first;
    await jest.advanceTimersByTimeAsync(waitSeconds * 1000);
    expect(begun).toHaveLength(atOnce + 1);
    ends.at(-1)?.();
    await next;
  });
});
