import { detailsOf } from '../../support/beginnings.js';
import { type Environment, startServer, type TestServer } from '../../support/server.js';

const MOST = 3;

/** Asks from an address that a proxy names. @returns the statuses */
async function knock(server: TestServer, addresses: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const address of addresses) {
    const { status } = await server.send('POST', '/token/verify/', {
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: '{"token":"x"}',
    });
    statuses.push(status);
  }
  return statuses;
}

describe('the rate limit by client address', () => {
  let server: TestServer;
  const start = async (environment: Environment) => {
    server = await startServer({ RATE_LIMIT_PER_MINUTE: String(MOST), ...environment });
  };
  afterEach(() => server.stop());

  it('answers 429 with Retry-After, and lets the next minute in', async () => {
    await start({});
    const login = () => server.post('/login/', { username: 'nobody', password: 'wrong' });
    for (let i = 0; i < MOST; i++) expect((await login()).status).toBe(400);
    const refused = await login();
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'rate_limited', retry_after: 60 });
    expect(refused.headers.get('retry-after')).toBe('60');
    server.clock.advance({ seconds: 60 });
    expect((await login()).status).toBe(400);
  });

  it('is one for all the routes that ask for no access token', async () => {
    await start({});
    const paths = ['/login/', '/registration/', '/password/reset/', '/password/reset/confirm/'];
    for (let i = 0; i < MOST; i++) await server.post(paths[i] ?? '');
    for (const path of paths) {
      expect([path, (await server.post(path)).body.code]).toEqual([path, 'rate_limited']);
    }
    // A logout is never told to wait.
    expect((await server.post('/logout/', { refresh: 'x' })).status).toBe(401);
  });

  it('counts what becomes of sessions apart from sign-ins', async () => {
    await start({});
    const user = detailsOf('somebody');
    await server.post('/registration/', user);
    const { refresh } = (await server.login(user)).body;
    const renewals = ['/token/refresh/', '/token/verify/', '/token/refresh/', '/token/verify/'];
    const statuses: number[] = [];
    for (const path of renewals) statuses.push((await server.post(path)).status);
    expect(statuses).toEqual([400, 400, 400, 429]);
    expect((await server.login(user)).status).toBe(200);
    expect((await server.login(user)).status).toBe(429);
    expect((await server.post('/logout/', { refresh })).status).toBe(200);
  });

  it('believes X-Forwarded-For from nobody unless told', async () => {
    await start({});
    const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
    expect(await knock(server, addresses)).toEqual([401, 401, 401, 429]);
  });

  it('believes it from no other than the configured proxies', async () => {
    await start({ TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8:ffff::/48' });
    const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
    expect(await knock(server, addresses)).toEqual([401, 401, 401, 429]);
  });

  it('counts each address that a configured proxy names', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.0/8' });
    const one = Array<string>(MOST + 1).fill('192.0.2.1');
    expect(await knock(server, [...one, '192.0.2.2'])).toEqual([401, 401, 401, 429, 401]);
  });

  it('counts what the proxy adds, and not what the client wrote before it', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const chains = ['a, 192.0.2.1', '192.0.2.7, 192.0.2.1', '192.0.2.8,192.0.2.1', '192.0.2.1'];
    expect(await knock(server, chains)).toEqual([401, 401, 401, 429]);
  });

  it('knows a proxy by its address, whatever its port and its spelling', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.0/8' });
    const chains = ['10.0.0.5:443', '::ffff:10.0.0.6', '[::ffff:10.0.0.7]:8443', '10.0.0.8'];
    const one = chains.map((proxy, i) => `203.0.113.4:4000${i}, ${proxy}`);
    const other = '203.0.113.5:40001, 10.0.0.5:443';
    expect(await knock(server, [...one, other])).toEqual([401, 401, 401, 429, 401]);
  });

  it('keeps addresses without ports, and none for what is none', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.0/8', RATE_LIMIT_PER_MINUTE: '100' });
    const { username, password } = await server.register();
    const ips: unknown[] = [];
    for (const address of [
      '203.0.113.4:40001',
      '::ffff:203.0.113.4',
      '[2001:DB8::1]:1',
      'unknown',
    ]) {
      const reply = await server.send('POST', '/login/', {
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ username, password }),
      });
      const sessions = await server.get('/sessions/', reply.body.access);
      const current = sessions.body.find((session: { current: boolean }) => session.current);
      ips.push(current.ip);
    }
    expect(ips).toEqual(['203.0.113.4', '203.0.113.4', '2001:db8::1', null]);
  });

  it('counts an address as itself whatever its port, and all that is none as one', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const ports = ['192.0.2.1:1', '192.0.2.1:2', '192.0.2.1', '192.0.2.1:3'];
    const junk = ['junk1', 'junk2', 'unknown', '_hidden'];
    expect(await knock(server, [...ports, ...junk])).toEqual([
      401, 401, 401, 429, 401, 401, 401, 429,
    ]);
  });

  it('counts IPv6 by its /64', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const oneCustomer = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff::2',
      '2001:DB8:1:2::3',
      '2001:db8:1:2::4',
    ];
    expect(await knock(server, [...oneCustomer, '2001:db8:1:3::1'])).toEqual([
      401, 401, 401, 429, 401,
    ]);
  });

  it('counts the /48 too, so that changing the /64 is no way around it', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const rotating = Array.from({ length: 16 * MOST }, (_, i) => `2001:db8:1:${i.toString(16)}::1`);
    const others = ['2001:db8:1:ffff::1', '2001:db8:2::1', '192.0.2.1'];
    const statuses = await knock(server, [...rotating, ...others]);
    expect(statuses.slice(0, -3)).toEqual(rotating.map(() => 401));
    expect(statuses.slice(-3)).toEqual([429, 401, 401]);
  });

  it('counts an IPv4 address as itself however it is written', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const spellings = ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '192.0.2.1'];
    expect(await knock(server, [...spellings, '::ffff:192.0.2.2'])).toEqual([
      401, 401, 401, 429, 401,
    ]);
  });
});

describe('sending', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => server.stop());

  it('is limited per user, whatever the address of the client and the route', async () => {
    const account = await server.signUp();
    await server.enrolEmail(account);
    const mails = () => server.inbox.messages.filter(({ to }) => to === account.user.email).length;
    const before = mails();
    const { username, password } = account.user;
    const login = async (address: string) => {
      const { body } = await server.send('POST', '/login/', {
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ username, password }),
      });
      return body;
    };
    const first = await login('192.0.2.1');
    expect(first.challenge).toHaveProperty('sent_to');
    const second = await login('2001:db8::1');
    expect(second.challenge).toMatchObject({ delivery: 'wait', retry_after: 30 });
    const resent = await server.post('/login/resend/', { ephemeral_token: first.ephemeral_token });
    expect([resent.status, resent.body.code]).toEqual([429, 'send_too_soon']);
    expect(resent.headers.get('retry-after')).toBe('30');
    expect(mails()).toBe(before + 1);
  });

  it('ends at the limit of its window, however patient the client is', async () => {
    const account = await server.signUp();
    await server.enrolEmail(account);
    server.clock.advance({ seconds: 3600 });
    const ephemeral_token = await server.beginLogin(account.user);
    const codes: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      server.clock.advance({ seconds: 31 });
      const { status, body } = await server.post('/login/resend/', { ephemeral_token });
      codes.push(status === 200 ? 'sent' : body.code);
    }
    expect(codes).toEqual(['sent', 'sent', 'sent', 'sent', 'send_limit']);
  });
});
