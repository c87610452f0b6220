import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { FakeClock } from '../../testing/fake-clock.js';
import { type ScopedSendAllowance } from './send-policy.js';
import { type SendRefusal, SendWatch } from '../ports/ports.js';
import { SendRefusals } from './send-refusals.js';

class KeepingWatch extends SendWatch {
  readonly kept: SendRefusal[] = [];

  refused(refusal: SendRefusal): void {
    this.kept.push(refusal);
  }
}

const allowance = (scope: ScopedSendAllowance['scope'], maxSends = 10): ScopedSendAllowance => ({
  scope,
  key: scope,
  cooldownSeconds: 0,
  maxSends,
  windowSeconds: 3600,
});

describe('SendRefusals', () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const clock = new FakeClock();
  beforeEach(() => logged.mockClear());
  afterAll(() => logged.mockRestore());

  it('tells whose budget is spent, or that it is too soon', () => {
    const watch = new KeepingWatch();
    const refusals = new SendRefusals(clock, watch);
    refusals.tell({ factor: 'sms', reason: 'limit', allowance: allowance('network') });
    refusals.tell({ factor: 'sms', reason: 'cooldown', allowance: allowance('subject') });
    expect(watch.kept).toEqual([
      { factor: 'sms', reason: 'network' },
      { factor: 'sms', reason: 'cooldown' },
    ]);
    expect(logged).not.toHaveBeenCalled();
  });

  it('logs a cap once in each window, and that of enrolments apart', () => {
    const refusals = new SendRefusals(clock);
    const tell = (maxSends: number) =>
      refusals.tell({ factor: 'sms', reason: 'limit', allowance: allowance('cap', maxSends) });
    for (const maxSends of [8, 8, 8, 10, 10]) tell(maxSends);
    expect(logged.mock.calls.map(([text]) => String(text).slice(0, 12))).toEqual([
      '8 sms codes ',
      '10 sms codes',
    ]);
    refusals.tell({ factor: 'email', reason: 'limit', allowance: allowance('cap', 8) });
    expect(logged).toHaveBeenCalledTimes(3);
    clock.advance({ seconds: 3599 });
    tell(8);
    expect(logged).toHaveBeenCalledTimes(3);
    clock.advance({ seconds: 1 });
    tell(8);
    expect(logged).toHaveBeenCalledTimes(4);
  });
});
