import { noticesTo } from '../../support/security-emails.js';
import { startServer, type TestServer } from '../../support/server.js';

describe('the notice of a wrong code', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ MFA_STEP_UP_MAX_AGE: '86400' });
  });
  afterAll(() => server.stop());

  it('says what is known of its giver, and is not sent for a set-up', async () => {
    const { user, access } = await server.signUp();
    await server.enrolApp({ access });
    const texts = async () => (await noticesTo(server, user)).map(({ text }) => text);
    const before = (await texts()).length;
    const newest = async () => (await texts()).slice(before).at(-1);
    await server.post('/mfa/', { method: 'app', label: 'Other' }, access);
    const typo = { method: 'app', code: '000000' };
    expect((await server.post('/mfa/confirm/', typo, access)).status).toBe(400);
    expect(await newest()).toBeUndefined();
    const made = await server.post('/mfa/backup-codes/', { code: '000000' }, access);
    expect(made.status).toBe(400);
    expect(await newest()).toContain('Somebody who is signed in to your account gave');
    server.clock.advance({ seconds: 3600 });
    await server.verifyLogin(await server.beginLogin(user), '000000');
    expect(await newest()).toContain('Somebody got past the first step of signing in');
  });
});
