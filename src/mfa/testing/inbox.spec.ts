import { Inbox } from './inbox.js';

const message = (to: string, code: string) => ({
  to,
  subject: 'Your verification code',
  text: `${code} is your verification code.`,
  html: '',
});

describe('Inbox', () => {
  it('finds the newest code that was sent to an address', async () => {
    const inbox = new Inbox();
    await inbox.send(message('ada@example.org', '111111'));
    await inbox.send(message('ada@example.org', '222222'));
    await inbox.send(message('bob@example.org', '333333'));
    expect(inbox.lastCode('ada@example.org')).toBe('222222');
    expect(inbox.messages).toHaveLength(3);
  });

  it('says so when no code was sent to an address', () => {
    expect(() => new Inbox().lastCode('ada@example.org')).toThrow('No code was sent to ada');
  });

  it('refuses one message, or all until it recovers', async () => {
    const inbox = new Inbox();
    inbox.failOnce();
    await expect(inbox.send(message('ada@example.org', '111111'))).rejects.toThrow('is down');
    await inbox.send(message('ada@example.org', '222222'));
    inbox.failAlways();
    await expect(inbox.send(message('ada@example.org', '333333'))).rejects.toThrow('is down');
    await expect(inbox.send(message('ada@example.org', '444444'))).rejects.toThrow('is down');
    inbox.recover();
    await inbox.send(message('ada@example.org', '555555'));
    expect(inbox.messages.map(({ text }) => text.slice(0, 6))).toEqual(['222222', '555555']);
  });
});
