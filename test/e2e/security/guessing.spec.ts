import { jest } from '@jest/globals';
import { AttemptStore } from '../../../src/mfa/index.js';
import { type Reply } from '../../support/http-client.js';
import { slowWorkDuring } from '../../support/slow-hashes.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

/** Slow hashes that a request costs. */
async function slowHashesOf(request: () => Promise<Reply>): Promise<[Reply, number]> {
  const [reply, work] = await slowWorkDuring(server, request);
  return [reply, work.length];
}

const query = <T>(sql: string, id: string) => server.dataSource.query<T[]>(sql, [id]);

describe('without the password', () => {
  const WRONG = 'not the password';

  /** All that could tell one refusal from another. */
  function tracesOf({ status, text, headers }: Reply): unknown {
    const changing = ['date', 'keep-alive', 'x-request-id'];
    return [status, text, [...headers].filter(([name]) => !changing.includes(name))];
  }

  it('learns nothing: one answer and one slow hash for every name', async () => {
    const plain = await server.register();
    const withFactor = await server.signUp();
    await server.enrolApp(withFactor);
    const disabled = await server.register();
    await server.disable(disabled);
    const logins = [
      { username: 'nobody', password: WRONG },
      { email: 'nobody@example.org', password: WRONG },
      { username: plain.username, password: WRONG },
      { email: plain.email, password: WRONG },
      { username: withFactor.user.username, password: WRONG },
      { username: disabled.username, password: WRONG },
      { username: disabled.username, password: disabled.password },
      { username: 'no\0body', password: WRONG },
      { username: 'x'.repeat(600), password: WRONG },
      { username: 'nobody', password: 'x'.repeat(4096) },
    ];
    const seen = new Set<string>();
    for (const login of logins) {
      const [reply, slowHashes] = await slowHashesOf(() => server.post('/login/', login));
      seen.add(JSON.stringify([tracesOf(reply), slowHashes]));
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toContain('invalid_credentials');
    expect([...seen][0]).toMatch(/,1\]$/);
  });

  it('learns nothing by a text that is too long, and costs no slow hash by it', async () => {
    const { username } = await server.register();
    const seen = new Set<string>();
    for (const name of ['nobody', username]) {
      const login = { username: name, password: 'x'.repeat(20_000) };
      const [reply, slowHashes] = await slowHashesOf(() => server.post('/login/', login));
      expect([reply.body.code, slowHashes]).toEqual(['validation_failed', 0]);
      seen.add(JSON.stringify(tracesOf(reply)));
    }
    expect(seen.size).toBe(1);
  });

  it('locks nothing, and sends nothing', async () => {
    const account = await server.signUp();
    const { secret } = await server.enrolApp(account);
    await server.enrolEmail(account);
    const mails = server.inbox.messages.length;
    for (let i = 0; i < 30; i++) await server.login({ ...account.user, password: WRONG });
    for (let i = 0; i < 30; i++) await server.verifyLogin(`${i}.${i}.${i}`, '000000');
    expect(server.inbox.messages).toHaveLength(mails);
    const login = await server.beginLogin(account.user);
    expect((await server.verifyLogin(login, server.totp(secret))).status).toBe(200);
  });
});

describe('with the password', () => {
  let account: SignedIn;
  let app: EnrolledApp;
  beforeEach(async () => {
    account = await server.signUp();
    app = await server.enrolApp(account);
  });

  it('finds no slow hash behind a wrong code, whatever its shape, and one behind a right one', async () => {
    const [right = '', spent = ''] = app.backupCodes;
    await server.verifyLogin(await server.beginLogin(account.user), spent);
    const wrong = ['000000', '0'.repeat(12), 'ABCDEFGHJKMN', 'no code', spent];
    for (const code of wrong) {
      const login = await server.beginLogin(account.user);
      const [reply, slowHashes] = await slowHashesOf(() => server.verifyLogin(login, code));
      expect([code, reply.body.code, slowHashes]).toEqual([code, 'invalid_code', 0]);
    }
    const login = await server.beginLogin(account.user);
    const [reply, slowHashes] = await slowHashesOf(() => server.verifyLogin(login, right));
    expect([reply.status, slowHashes]).toEqual([200, 1]);
  });

  it('is locked out of a method by ten wrong codes, from whatever addresses and logins', async () => {
    const codes: unknown[] = [];
    for (let i = 1; i <= 12; i++) {
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': `198.51.100.${i}`,
        'user-agent': `guesser/${i}`,
      };
      const ephemeral_token = await server.beginLogin(account.user);
      const body = JSON.stringify({ ephemeral_token, code: `00000${i % 10}` });
      codes.push((await server.send('POST', '/login/verify/', { headers, body })).body.code);
    }
    expect(codes).toEqual([
      ...Array<string>(10).fill('invalid_code'),
      ...Array<string>(2).fill('method_locked'),
    ]);
    const login = await server.beginLogin(account.user);
    const right = await server.verifyLogin(login, server.totp(app.secret));
    expect([right.status, right.body.code]).toEqual([429, 'method_locked']);
    expect(right.headers.get('retry-after')).toBe('900');
    expect(right.body.retry_after).toBe(900);
  });

  it('meets a lock that was set while the login was open', async () => {
    const open = await server.beginLogin(account.user);
    for (let i = 0; i < 10; i++) {
      await server.verifyLogin(await server.beginLogin(account.user), '000000');
    }
    const { body } = await server.verifyLogin(open, server.totp(app.secret));
    expect(body.code).toBe('method_locked');
  });

  it('has five attempts in a login, and a change of method or a resend gives no more', async () => {
    await server.enrolEmail(account);
    const ephemeral_token = await server.beginLogin(account.user);
    const left: unknown[] = [];
    const guess = async () => {
      left.push((await server.verifyLogin(ephemeral_token, '000000')).body.attempts_left);
    };
    await guess();
    await server.post('/login/change-method/', { ephemeral_token, new_method: 'email' });
    await guess();
    server.clock.advance({ seconds: 31 });
    await server.post('/login/resend/', { ephemeral_token });
    await guess();
    await server.post('/login/change-method/', { ephemeral_token, new_method: 'app' });
    await guess();
    await guess();
    expect(left).toEqual([4, 3, 2, 1, 0]);
    const right = await server.verifyLogin(ephemeral_token, server.totp(app.secret));
    expect([right.status, right.body.code]).toEqual([429, 'attempts_exhausted']);
  });

  it.each([
    ['blanks', (code: string) => [...code].join(' ')],
    ['dashes', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
    ['full-width digits', (code: string) => code.replace(/\d/g, fullWidth)],
    ['zero-width marks', (code: string) => [...code].join('\u200B')],
    ['a line end', (code: string) => `${code}\r\n`],
  ])('counts a code with %s as what it stands for', async (_name, spell) => {
    const code = server.totp(app.secret);
    const login = await server.beginLogin(account.user);
    const wrong = await server.verifyLogin(login, spell('000000'));
    expect(wrong.body).toMatchObject({ code: 'invalid_code', attempts_left: 4 });
    expect((await server.verifyLogin(login, spell(code))).status).toBe(200);
    for (const spelling of [code, spell(code), `${spell(code)} `]) {
      const again = await server.verifyLogin(await server.beginLogin(account.user), spelling);
      expect(again.body.code).toBe('invalid_code');
    }
  });

  const fullWidth = (digit: string) => String.fromCodePoint(0xff10 + Number(digit));

  it('counts nothing that is no code', async () => {
    const ephemeral_token = await server.beginLogin(account.user);
    for (const code of ['', [], null, { $ne: 1 }, 'x'.repeat(65)]) {
      const { body } = await server.post('/login/verify/', { ephemeral_token, code });
      expect(body.code).toBe('validation_failed');
    }
    const sql = 'SELECT failures FROM mfa_methods WHERE user_id = $1';
    expect(await query(sql, account.user.id)).toEqual([{ failures: 0 }]);
  });

  it('counts an attempt before it is judged, and gives it back when it cannot be', async () => {
    const login = await server.beginLogin(account.user);
    const broken = 'UPDATE mfa_methods SET state_version = 99 WHERE user_id = $1';
    await query(broken, account.user.id);
    const sql = 'SELECT failures FROM mfa_methods WHERE user_id = $1';
    const counted: unknown[] = [];
    const attempts = server.app.get(AttemptStore, { strict: false });
    const giveBack = attempts.giveBack.bind(attempts);
    const watched = jest.spyOn(attempts, 'giveBack').mockImplementation(async (spent) => {
      counted.push(await query(sql, account.user.id));
      await giveBack(spent);
    });
    expect((await server.verifyLogin(login, server.totp(app.secret))).status).toBe(500);
    watched.mockRestore();
    expect(counted).toEqual([[{ failures: 1 }]]);
    expect(await query(sql, account.user.id)).toEqual([{ failures: 0 }]);
  });
});
