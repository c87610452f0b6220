import { jest } from '@jest/globals';
import { type Patience, retry } from './retry.js';

const refusal = new Error('refused');

function patience(changes: Partial<Patience> = {}) {
  const report = jest.fn<Patience['report']>();
  const given = { limitSeconds: 60, isTransientError: () => true, report, ...changes };
  return { ...given, report };
}

describe('retry', () => {
  it('tries again until it succeeds, and reports the first failure', async () => {
    const attempt = jest
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(refusal)
      .mockResolvedValue('there');
    const given = patience();
    await expect(retry(attempt, given)).resolves.toBe('there');
    expect(attempt).toHaveBeenCalledTimes(2);
    expect(given.report.mock.calls).toEqual([[refusal]]);
  });

  it.each([
    ['when one try is all', { limitSeconds: 0 }],
    ['when waiting cannot help', { isTransientError: () => false }],
  ])('gives up at once %s', async (_, changes) => {
    const attempt = jest.fn(() => Promise.reject(refusal));
    const given = patience(changes);
    await expect(retry(attempt, given)).rejects.toBe(refusal);
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(given.report).not.toHaveBeenCalled();
  });

  it('gives up when the time is over', async () => {
    const attempt = jest.fn(() => Promise.reject(refusal));
    await expect(retry(attempt, patience({ limitSeconds: 0.1 }))).rejects.toBe(refusal);
    expect(attempt.mock.calls.length).toBeGreaterThan(1);
  });
});
