import {
  addressOf,
  askChange,
  CHANGE_PAGE,
  countChanges,
  freeAddress,
  signUpConfirmed,
} from '../../support/email-change.js';
import { mailsTo } from '../../support/email-confirmation.js';
import { expectProblem } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { tally } from '../../support/tally.js';

const INVALID_CODE = [400, 'invalid_code', 'Invalid code'] as const;

describe('another address, by a code', () => {
  let server: TestServer;
  let account: SignedIn;
  let email: string;
  beforeAll(async () => {
    server = await startServer({ EMAIL_VERIFICATION: 'code' }, { races: true });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await signUpConfirmed(server);
    email = freeAddress();
  });

  /** Asks for the address. @returns the code that was mailed there */
  async function ask(address = email, one = account): Promise<string> {
    expect((await askChange(server, one, address)).status).toBe(200);
    await server.deliverEvents();
    return server.inbox.lastCode(address);
  }
  const confirm = (code: string, { access } = account) =>
    server.post('/email/change/confirm/', { code }, access);
  const wrongOf = (code: string) => (code === '000000' ? '000001' : '000000');

  it('is confirmed where it was asked for, and an answer that was lost is given again', async () => {
    const code = await ask();
    expect((await server.post('/email/change/confirm/', { code })).status).toBe(401);
    for (const typed of [code, `${code.slice(0, 3)} ${code.slice(3)}`]) {
      const { status, body } = await confirm(typed);
      expect([status, body]).toEqual([200, { detail: 'The e-mail address has been changed.' }]);
    }
    expect(await addressOf(server, account.user)).toBe(email);
    expect(await countChanges(server, account.user)).toBe(1);
    const [mail] = await mailsTo(server, { email });
    expect(mail?.text).toContain('The code works once, for 10 minutes.');
    expect((await server.get(`/${CHANGE_PAGE}`)).status).toBe(404);
  });

  it('is confirmed in no other session, of its owner or of anybody else', async () => {
    const code = await ask();
    const { access } = (await server.login(account.user)).body;
    expectProblem(await confirm(code, { ...account, access }), INVALID_CODE);
    const other = await signUpConfirmed(server);
    expectProblem(await confirm(code, other), INVALID_CODE);
    expect((await confirm(code)).status).toBe(200);
  });

  it('is confirmed by no wrong code, of which ten end the session and the change with it', async () => {
    const code = await ask();
    const guesses = Array.from({ length: 10 }, () => wrongOf(code));
    for (const guess of guesses) expectProblem(await confirm(guess), INVALID_CODE);
    expect((await confirm(code)).status).toBe(401);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
  });

  it('is guessed at the same price where another account has it', async () => {
    const owner = await signUpConfirmed(server);
    expect((await askChange(server, account, owner.user.email)).status).toBe(200);
    await server.deliverEvents();
    for (let i = 0; i < 10; i++) expectProblem(await confirm('000000'), INVALID_CODE);
    expect((await confirm('000000')).status).toBe(401);
    expect(await addressOf(server, owner.user)).toBe(owner.user.email);
  });

  it('is confirmed by no code after a hundred wrong ones', async () => {
    const code = await ask();
    const attempts = (count: number) =>
      server.dataSource.query('UPDATE email_changes SET attempts = $2 WHERE user_id = $1', [
        account.user.id,
        count,
      ]);
    await attempts(100);
    const exhausted = 'Too many wrong codes. Please ask for another one.';
    expectProblem(await confirm(code), [429, 'attempts_exhausted', exhausted]);
    server.clock.advance({ seconds: 30 });
    const [first, next] = [code, await ask()];
    if (first !== next) expectProblem(await confirm(first), INVALID_CODE);
    expect((await confirm(next)).status).toBe(200);
  });

  it('is confirmed within ten minutes', async () => {
    const code = await ask();
    server.clock.advance({ seconds: 299 });
    const { body } = await server.post('/token/refresh/', { refresh: account.refresh });
    server.clock.advance({ seconds: 299 });
    expect((await confirm(code, { ...account, access: body.access })).status).toBe(200);
    const next = freeAddress();
    const late = await ask(next, { ...account, access: body.access });
    server.clock.advance({ seconds: 600 });
    const renewed = await server.post('/token/refresh/', { refresh: body.refresh });
    const access = renewed.body.access;
    expectProblem(await confirm(late, { ...account, access }), INVALID_CODE);
    expect(await addressOf(server, account.user)).toBe(email);
  });

  it('is sent one code in each try, whose attempts are kept, and none that is over', async () => {
    server.inbox.failOnce();
    await askChange(server, account, email);
    await server.deliverEvents();
    const kept = () =>
      server.dataSource.query<{ tag: string; attempts: number }[]>(
        'SELECT code_tag AS tag, attempts FROM email_changes WHERE user_id = $1',
        [account.user.id],
      );
    await confirm('000000');
    const before = await kept();
    expect(before).toEqual([{ tag: expect.any(String), attempts: 1 }]);
    server.clock.advance({ seconds: 200 });
    const [mail] = await mailsTo(server, { email });
    expect(mail?.text).toContain('The code works once, for 6 minutes.');
    expect(await kept()).toEqual(before);
    expect((await confirm(server.inbox.lastCode(email))).status).toBe(200);
  });

  it('is taken once where the right code comes many times at once', async () => {
    const code = await ask();
    const counts = await tally(Array.from({ length: 50 }, () => confirm(code)));
    const { ok = 0, session_locked: waiting = 0 } = counts;
    expect([ok > 0, ok + waiting]).toEqual([true, 50]);
    expect(await countChanges(server, account.user)).toBe(1);
    expect((await confirm(code)).status).toBe(200);
  });

  it('is kept without its code', async () => {
    const code = await ask();
    const [row] = await server.dataSource.query<{ shown: string }[]>(
      'SELECT code_tag || coalesce(c.id::text, $2) AS shown FROM email_changes c WHERE user_id = $1',
      [account.user.id, ''],
    );
    expect(row?.shown).toEqual(expect.any(String));
    expect(row?.shown.replaceAll('-', '')).not.toContain(code);
  });
});
