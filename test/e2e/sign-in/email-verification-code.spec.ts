import { EmailVerification } from '../../../src/server/account/email/email-verification.js';
import {
  askAgain,
  emailEventsOf,
  isVerified,
  VERIFY_PAGE,
} from '../../support/email-confirmation.js';
import { expectProblem } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

describe('an address that is confirmed by a code', () => {
  let server: TestServer;
  let account: SignedIn;
  beforeAll(async () => {
    server = await startServer({ EMAIL_VERIFICATION: 'code' }, { races: true });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.dataSource.query('DELETE FROM mfa_send_budgets');
    account = await server.signUp();
    await server.deliverEvents();
  });

  const code = ({ user } = account) => server.inbox.lastCode(user.email);
  const wrong = () => (code() === '000000' ? '000001' : '000000');
  const verify = (typed: string, { access } = account) =>
    server.post('/email/verify/', { code: typed }, access);
  const INVALID_CODE = [400, 'invalid_code', 'Invalid code'] as const;

  it('is confirmed by the signed-in owner, and an answer that was lost is given again', async () => {
    expect(await isVerified(server, account)).toBe(false);
    expect((await server.post('/email/verify/', { code: code() })).status).toBe(401);
    const given = code();
    for (const typed of [given, given]) {
      const { status, body } = await verify(`${typed.slice(0, 3)} ${typed.slice(3)}`);
      expect([status, body]).toEqual([200, { detail: 'The e-mail address is verified.' }]);
    }
    expect(await isVerified(server, account)).toBe(true);
    expect(await emailEventsOf(server, account.user)).toEqual([
      'email_verification_requested',
      'email_verified',
    ]);
    expect((await server.get(`/${VERIFY_PAGE}`)).status).toBe(404);
  });

  it('is confirmed by no wrong code, of which ten end the session and leave the code to the others', async () => {
    const { body } = await server.login(account.user);
    const stolen = { ...account, access: String(body.access) };
    for (let i = 0; i < 10; i++) expectProblem(await verify(wrong(), stolen), INVALID_CODE);
    expect((await verify(code(), stolen)).status).toBe(401);
    expect(await isVerified(server, account)).toBe(false);
    expect((await verify(code())).status).toBe(200);
    expect(await isVerified(server, account)).toBe(true);
    const events = await server.dataSource.query<{ type: string; factor: string }[]>(
      `SELECT type, factor FROM mfa_events WHERE user_id = $1 AND factor IS NOT NULL ORDER BY seq`,
      [account.user.id],
    );
    const told = (type: string) => ({ type, factor: 'email_verification' });
    expect(events).toEqual([
      ...Array(10).fill(told('second_factor_failed')),
      told('session_locked'),
    ]);
  });

  it('is confirmed by no code after a hundred wrong ones of all sessions', async () => {
    await server.dataSource.query(`UPDATE users SET email_code_attempts = 99 WHERE id = $1`, [
      account.user.id,
    ]);
    expectProblem(await verify(wrong()), INVALID_CODE);
    const exhausted = 'Too many wrong codes. Please ask for another one.';
    expectProblem(await verify(code()), [429, 'attempts_exhausted', exhausted]);
    expect(await isVerified(server, account)).toBe(false);
    await askAgain(server, account);
    await server.deliverEvents();
    expect((await verify(code())).status).toBe(200);
  });

  it('judges ten of many that come at once, and takes a right one once', async () => {
    const given = wrong();
    const guesses = await Promise.all(Array.from({ length: 20 }, () => verify(given)));
    expect(guesses.filter(({ status }) => status === 400)).toHaveLength(10);
    account = await server.signUp();
    await server.deliverEvents();
    const right = code();
    await Promise.all(Array.from({ length: 5 }, () => verify(right)));
    const verified = (await emailEventsOf(server, account.user)).filter(
      (type) => type === 'email_verified',
    );
    expect(verified).toHaveLength(1);
  });

  it('is confirmed within ten minutes', async () => {
    const given = code();
    server.clock.advance({ seconds: 600 });
    const access = (await server.login(account.user)).body.access;
    expectProblem(await verify(given, { ...account, access }), INVALID_CODE);
    account = await server.signUp();
    await server.deliverEvents();
    server.clock.advance({ seconds: 299 });
    const later = (await server.login(account.user)).body.access;
    server.clock.advance({ seconds: 299 });
    expect((await verify(code(), { ...account, access: later })).status).toBe(200);
  });

  /** The delivery of the next account's mail fails; what it does to the code is kept. */
  async function signUpWhileMailsFail(): Promise<void> {
    account = await server.signUp();
    server.inbox.failOnce();
    await server.deliverEvents();
  }

  it('is sent one code in each try, which lives from the request on and not from the mail', async () => {
    await signUpWhileMailsFail();
    const kept = () =>
      server.dataSource.query<{ tag: string }[]>(
        'SELECT email_code_tag AS tag FROM users WHERE id = $1',
        [account.user.id],
      );
    const [before] = await kept();
    await verify('000000');
    server.clock.advance({ seconds: 250 });
    await server.deliverEvents();
    expect(await kept()).toEqual([before]);
    const mail = server.inbox.messages.findLast(({ to }) => to === account.user.email);
    expect(mail?.text).toContain('The code works once, for 5 minutes.');
    const attempts = 'SELECT email_code_attempts AS tried FROM users WHERE id = $1';
    const tried = await server.dataSource.query(attempts, [account.user.id]);
    expect(tried).toEqual([{ tried: 1 }]);
    server.clock.advance({ seconds: 40 });
    expect((await verify(code())).status).toBe(200);
  });

  it('is sent no code that is over', async () => {
    await signUpWhileMailsFail();
    server.clock.advance({ seconds: 600 });
    await server.deliverEvents();
    expect(server.inbox.messages.filter(({ to }) => to === account.user.email)).toEqual([]);
  });

  it('is confirmed by the newest code alone, which is its own', async () => {
    const first = code();
    await askAgain(server, account);
    await server.deliverEvents();
    if (first !== code()) expectProblem(await verify(first), INVALID_CODE);
    const other = await server.signUp();
    await server.deliverEvents();
    if (code(other) !== code()) expectProblem(await verify(code(), other), INVALID_CODE);
    await server.dataSource.query(`UPDATE users SET email = 'x.' || email WHERE id = $1`, [
      account.user.id,
    ]);
    expectProblem(await verify(code()), INVALID_CODE);
  });

  it('is kept as a keyed hash alone', async () => {
    const sql = 'SELECT u::text AS shown FROM users u WHERE id = $1';
    const [row] = await server.dataSource.query<{ shown: string }[]>(sql, [account.user.id]);
    expect(row?.shown).not.toContain(code());
    const waiting = await server.dataSource.query(`SELECT e::text FROM email_confirmations e`);
    expect(JSON.stringify(waiting)).not.toMatch(/@|example/);
  });

  it('is confirmed in a session that lives at that moment', async () => {
    const verification = server.app.get(EmailVerification, { strict: false });
    const actor = {
      subjectId: account.user.id,
      sessionId: null,
      authenticatedAt: null,
      amr: [],
      client: { ip: null, userAgent: null },
    };
    const confirmed = verification.confirmByCode(code(), actor);
    await expect(confirmed).rejects.toMatchObject({ code: 'invalid_code' });
    expect(await isVerified(server, account)).toBe(false);
  });
});
