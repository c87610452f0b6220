import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HANDLER, NOW, spentAttempt } from '../../../../test/support/scripted-ceremony.js';
import { HandlerRegistry } from './handler-registry.js';
import { SendBudgetStore, type SendVerdict } from '../sending/send-budgets.js';
import { SendCooldowns } from './send-cooldowns.js';

class WatchedBudgets extends SendBudgetStore {
  isDown = false;
  readonly ended: string[] = [];

  async take(): Promise<SendVerdict> {
    return { allowed: true, taken: { rows: [], at: NOW } };
  }

  async release(): Promise<void> {}

  async giveBack(): Promise<void> {}

  async endCooldown(key: string): Promise<void> {
    if (this.isDown) throw new TypeError('The database is gone.');
    this.ended.push(key);
  }
}

const sending = {
  ...HANDLER,
  name: 'mail',
  requiresDispatch: true,
  challenge: async () => ({ data: null, response: {} }),
};
const { challenge } = spentAttempt();

describe('SendCooldowns', () => {
  let budgets: WatchedBudgets;
  let cooldowns: SendCooldowns;

  beforeEach(() => {
    budgets = new WatchedBudgets();
    cooldowns = new SendCooldowns(new HandlerRegistry([HANDLER, sending]), budgets);
  });

  it.each([
    ['a method that sends', { handler: 'mail', version: 0 }, ['subject:s1:login']],
    ['one that sends nothing', { handler: 'word', version: 0 }, []],
    [
      'one that was chosen in the place of another',
      { handler: 'word', version: 1 },
      ['subject:s1:login'],
    ],
    ['one whose handler is gone', { handler: 'gone', version: 0 }, []],
  ])('ends what %s may have begun', async (_, changes, ended) => {
    await cooldowns.endAfter({ ...challenge, ...changes }, NOW);
    expect(budgets.ended).toEqual(ended);
  });

  it('refuses nobody when it cannot', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    budgets.isDown = true;
    await cooldowns.endAfter({ ...challenge, handler: 'mail' }, NOW);
    expect(warn.mock.calls).toEqual([['The next mail code waits: TypeError']]);
    warn.mockRestore();
  });
});
