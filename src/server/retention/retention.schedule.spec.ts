import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type CleanedRows } from '../../mfa/index.js';
import { RetentionSchedule } from './retention.schedule.js';

const MINUTE = 60;

/** A retention service whose runs end on demand. */
function heldCleanUp() {
  const runs: PromiseWithResolvers[] = [];
  const run = (signal?: AbortSignal) =>
    new Promise<CleanedRows | null>((resolve, reject) => runs.push({ signal, resolve, reject }));
  return { run, runs };
}

interface PromiseWithResolvers {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (cleaned: CleanedRows | null) => void;
  readonly reject: (error: Error) => void;
}

describe('the schedule of clean-ups', () => {
  const lines: unknown[] = [];
  const { run, runs } = heldCleanUp();
  let schedule: RetentionSchedule;

  beforeEach(() => {
    jest.useFakeTimers();
    for (const level of ['log', 'error'] as const) {
      jest.spyOn(Logger.prototype, level).mockImplementation((line) => lines.push([level, line]));
    }
    runs.length = 0;
    lines.length = 0;
    schedule = new RetentionSchedule({ run }, { cleanUpIntervalSeconds: MINUTE });
    schedule.onApplicationBootstrap();
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const passMinute = () => jest.advanceTimersByTimeAsync(MINUTE * 1000);

  it('runs when its time has gone by, and says in a line what it did', async () => {
    await jest.advanceTimersByTimeAsync(MINUTE * 1000 - 1);
    expect(runs).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    runs[0]?.resolve({ sessions: 3, mfa_challenges: 0 });
    await passMinute();
    expect(lines).toEqual([['log', 'Rows deleted: sessions 3, mfa_challenges 0']]);
    expect(runs).toHaveLength(2);
  });

  it('says so when another server is at it', async () => {
    await passMinute();
    runs[0]?.resolve(null);
    await passMinute();
    expect(lines).toEqual([['log', 'Another server is cleaning up.']]);
  });

  it('begins no second run beside one that takes long', async () => {
    await passMinute();
    await passMinute();
    expect(runs).toHaveLength(1);
  });

  it('logs a failure and tries again', async () => {
    await passMinute();
    runs[0]?.reject(new Error('no connection'));
    await passMinute();
    const line = 'The clean-up failed and will be tried again: no connection';
    expect(lines).toEqual([['error', line]]);
    expect(runs).toHaveLength(2);
  });

  it('stops with the application: no further run, and an end of the one that runs', async () => {
    await passMinute();
    let isStopped = false;
    const stopped = schedule.beforeApplicationShutdown().then(() => (isStopped = true));
    await passMinute();
    expect([runs.length, runs[0]?.signal?.aborted, isStopped]).toEqual([1, true, false]);
    runs[0]?.resolve({});
    await stopped;
    expect(isStopped).toBe(true);
  });

  it('does not run at all when its interval is 0', async () => {
    const never = new RetentionSchedule({ run }, { cleanUpIntervalSeconds: 0 });
    await schedule.beforeApplicationShutdown();
    never.onApplicationBootstrap();
    await passMinute();
    expect(runs).toHaveLength(0);
    await never.beforeApplicationShutdown();
  });
});
