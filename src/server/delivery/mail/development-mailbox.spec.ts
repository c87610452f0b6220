import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { FakeClock } from '../../../mfa/testing/index.js';
import { DevelopmentMailbox, type UnsentMessage } from './development-mailbox.js';

const message: UnsentMessage = { kind: 'mail', to: 'alice@example.org', text: 'the text' };

describe('DevelopmentMailbox', () => {
  const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  afterEach(() => log.mockClear());
  afterAll(() => log.mockRestore());

  it('keeps messages with their time, newest first', () => {
    const clock = new FakeClock();
    const mailbox = new DevelopmentMailbox(clock);
    mailbox.keep(message, 'a mail');
    const at = clock.now();
    clock.advance({ seconds: 1 });
    mailbox.keep({ ...message, subject: 'Later' }, 'a mail');
    expect(mailbox.list()).toEqual([
      { ...message, subject: 'Later', at: clock.now() },
      { ...message, at },
    ]);
  });

  it('forgets the oldest after a hundred', () => {
    const mailbox = new DevelopmentMailbox(new FakeClock());
    for (let count = 1; count <= 101; count += 1) {
      mailbox.keep({ ...message, text: `mail ${count}` }, 'a mail');
    }
    expect(mailbox.list()).toHaveLength(100);
    expect(mailbox.list().at(-1)?.text).toBe('mail 2');
  });

  it('logs the line that it is given, and no more of the message', () => {
    new DevelopmentMailbox(new FakeClock()).keep(message, 'one line');
    expect(log.mock.calls).toEqual([['one line']]);
  });
});
