import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

describe('MAIL_LANGUAGE=de', () => {
  let server: TestServer;
  let account: SignedIn;

  beforeAll(async () => {
    server = await startServer({ MAIL_LANGUAGE: 'de' });
    account = await server.signUp();
  });
  afterAll(() => server.stop());

  it('is the language of codes and notices where a request asks for no other', async () => {
    await server.enrolEmail(account);
    await server.deliverEvents();
    const mails = server.inbox.messages.filter(({ to }) => to === account.user.email);
    expect(mails.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^Ihr Bestätigungscode \(\d\d:\d\d:\d\d UTC\)$/),
      'Ihr Konto hat einen weiteren zweiten Faktor',
    ]);
  });

  it('gives way to the language that somebody last signed in with', async () => {
    const { access, user } = await server.signUp();
    await server.dataSource.query(`UPDATE users SET language = 'en' WHERE id = $1`, [user.id]);
    await server.post('/mfa/', { method: 'email' }, access);
    const mail = server.inbox.messages.findLast(({ to }) => to === user.email);
    expect(mail?.subject).toMatch(/^Your verification code/);
    expect(mail?.html).toContain('<html lang="en">');
  });
});
