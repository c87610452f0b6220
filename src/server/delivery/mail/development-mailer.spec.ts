import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { FakeClock } from '../../../mfa/testing/index.js';
import { DevelopmentMailbox } from './development-mailbox.js';
import { DevelopmentMailer } from './development-mailer.js';

const mail = { to: 'alice@example.org', subject: 'Hello', text: 'the text', html: '' };

describe('DevelopmentMailer', () => {
  const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  afterEach(() => log.mockClear());
  afterAll(() => log.mockRestore());

  it('puts mails into the mailbox, without their HTML', async () => {
    const clock = new FakeClock();
    const mailbox = new DevelopmentMailbox(clock);
    await new DevelopmentMailer(mailbox).send(mail);
    const { to, subject, text } = mail;
    expect(mailbox.list()).toEqual([{ kind: 'mail', to, subject, text, at: clock.now() }]);
  });

  it.each([
    ['alice@example.org', 'mail to a•••@example.org: Hello'],
    ['@example.org', 'mail to •••@example.org: Hello'],
    ['no address', 'mail to •••: Hello'],
  ])('logs %s masked, with the text', async (to, line) => {
    await new DevelopmentMailer(new DevelopmentMailbox(new FakeClock())).send({ ...mail, to });
    const [message] = log.mock.lastCall ?? [];
    expect(message).toContain(line);
    expect(message).toContain('the text');
    expect(message).not.toContain('alice');
  });
});
