import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { addSeconds } from '../../contract/clock.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { DatabaseClock } from './database-clock.js';

/** @param wayMilliseconds the duration of the round trip; the database reads its clock halfway */
function clocks({ aheadSeconds = 0, wayMilliseconds = 0 } = {}) {
  const database = new FakeClock();
  const machine = new FakeClock(addSeconds(database.now(), aheadSeconds));
  const pass = (seconds: number) => {
    machine.advance({ seconds });
    database.advance({ seconds });
  };
  const answers = { fail: false };
  const read = async () => {
    pass(wayMilliseconds / 2000);
    const now = database.now();
    pass(wayMilliseconds / 2000);
    if (answers.fail) throw new Error('away');
    return now;
  };
  return { database, machine, answers, pass, clock: new DatabaseClock(read, machine) };
}

describe('DatabaseClock', () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it("tells the machine's time until the database has answered", async () => {
    const { machine, clock, answers } = clocks({ aheadSeconds: 60 });
    answers.fail = true;
    expect(await clock.adjust()).toBe(false);
    expect(clock.now()).toEqual(machine.now());
    expect(clock.secondsAhead).toBe(0);
  });

  it.each([3600, -3600, 0])(
    "tells the database's time on a machine %d s ahead",
    async (seconds) => {
      const { database, machine, clock, pass } = clocks({
        aheadSeconds: seconds,
        wayMilliseconds: 200,
      });
      expect(await clock.adjust()).toBe(true);
      expect(clock.now()).toEqual(database.now());
      pass(29);
      machine.advance({ seconds: -7200 });
      expect(clock.now()).toEqual(database.now());
      expect(clock.secondsAhead).toBe(seconds - 7200);
    },
  );

  it('follows a clock of the database that is set, and does not jump within the way to it', async () => {
    const { database, clock } = clocks({ wayMilliseconds: 200 });
    await clock.adjust();
    database.advance({ seconds: 0.09 });
    const before = database.now().getTime();
    await clock.adjust();
    expect(clock.now().getTime()).toBe(before + 200 - 90);
    database.advance({ seconds: -3600 });
    await clock.adjust();
    expect(clock.now()).toEqual(database.now());
  });

  it('asks at once where it knows nothing; goes by what it knows while the database is away, and asks again soon', async () => {
    jest.useFakeTimers();
    const { database, clock, answers } = clocks({ aheadSeconds: 60 });
    clock.onApplicationBootstrap();
    clock.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(clock.now()).toEqual(database.now());
    answers.fail = true;
    await jest.advanceTimersByTimeAsync(30_000);
    answers.fail = false;
    database.advance({ seconds: 7200 });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(clock.now()).toEqual(database.now());
    await clock.beforeApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('goes by what it knows where the database tells no time', async () => {
    const machine = new FakeClock();
    const times = [new Date(NaN), addSeconds(machine.now(), 60), new Date(NaN)];
    const clock = new DatabaseClock(async () => times.shift() ?? machine.now(), machine);
    expect(await clock.adjust()).toBe(false);
    expect(clock.now()).toEqual(machine.now());
    expect([await clock.adjust(), await clock.adjust()]).toEqual([true, false]);
    expect(clock.secondsAhead).toBe(-60);
  });

  it('has nothing to end that was not begun', async () => {
    await expect(clocks().clock.beforeApplicationShutdown()).resolves.toBeUndefined();
  });

  it('tells once of a machine whose clock is wrong, and again after it was right', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const { machine, clock } = clocks({ aheadSeconds: 3600 });
    await clock.adjust();
    await clock.adjust();
    expect(warn.mock.calls).toEqual([
      ["The clock of this machine is 3600 s ahead of the database's, whose time is used."],
    ]);
    machine.advance({ seconds: -3600 });
    await clock.adjust();
    machine.advance({ seconds: -10 });
    await clock.adjust();
    expect(warn.mock.lastCall).toEqual([
      "The clock of this machine is 10 s behind the database's, whose time is used.",
    ]);
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
