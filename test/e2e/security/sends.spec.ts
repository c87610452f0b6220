import { KeyRing, MfaOptions } from '../../../src/mfa/index.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { MetricsListener } from '../../../src/server/observability/metrics/metrics-listener.js';
import {
  type Environment,
  type ServerParts,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const SENT = 'sent';
const SHOWN = { sent_to: expect.stringContaining('•••') };

/** Anybody may give any mailbox at set-up. */
const ANY_MAILBOX = `
factors:
  - type: email
    address: asked
`;

let server: TestServer;
let networks = 0;
afterEach(() => server.stop());

async function start(environment: Environment = {}, parts: ServerParts = {}): Promise<void> {
  server = await startServer(
    {
      AUTH_CONFIG: authConfigFile(ANY_MAILBOX),
      TRUSTED_PROXIES: '127.0.0.1',
      ...environment,
    },
    parts,
  );
}

const newNetwork = () => `198.51.100.${++networks}`;

/** Begins to enrol a mailbox. @returns `sent`, or the code of the problem */
async function enrol(
  { access }: Pick<SignedIn, 'access'>,
  email: string,
  { ip = newNetwork(), at = server } = {},
): Promise<string> {
  const { status, body } = await at.send('POST', '/mfa/', {
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${access}`,
      'x-forwarded-for': ip,
    },
    body: JSON.stringify({ method: 'email', email }),
  });
  return status === 201 ? SENT : String(body.code);
}

/** Somebody who has confirmed their mailbox, an hour ago. */
async function owner(): Promise<SignedIn> {
  const account = await server.signUp();
  const { email } = account.user;
  expect(await enrol(account, email)).toBe(SENT);
  const proof = { method: 'email', code: server.inbox.lastCode(email) };
  expect((await server.post('/mfa/confirm/', proof, account.access)).status).toBe(200);
  server.clock.advance({ seconds: 3600 });
  return account;
}

async function inTurn<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < count; index += 1) results.push(await work(index));
  return results;
}

const times = (count: number, last: string) => [...Array<string>(count).fill(SENT), last];

describe('sends', () => {
  it('of strangers who enrol a mailbox over and over leave its owner the way in', async () => {
    await start();
    const { user } = await owner();
    const outcomes = await inTurn(6, async () => enrol(await server.signUp(), user.email));
    expect(outcomes).toEqual(times(5, 'send_limit'));
    const { body } = await server.login(user);
    expect(body.challenge).toEqual(SHOWN);
    const code = server.inbox.lastCode(user.email);
    expect((await server.verifyLogin(body.ephemeral_token, code)).status).toBe(200);
  });

  it('of one account that enrols many mailboxes end', async () => {
    await start({ MFA_SEND_COOLDOWN_SECONDS: '0' });
    const account = await server.signUp();
    const outcomes = await inTurn(6, (index) => enrol(account, `box${index}@example.org`));
    expect(outcomes).toEqual(times(5, 'send_limit'));
  });

  it('of many accounts in one network end', async () => {
    await start({ MFA_MAX_ENROLMENT_SENDS_PER_NETWORK: '3' });
    const outcomes = await inTurn(4, async (index) =>
      enrol(await server.signUp(), `many${index}@example.org`, { ip: `2001:db8:0:${index}::1` }),
    );
    expect(outcomes).toEqual(times(3, 'send_limit'));
    expect(await enrol(await server.signUp(), 'elsewhere@example.org')).toBe(SENT);
  });

  it('reach the cap with enrolments first and with sign-ins last, which metrics and log tell', async () => {
    const logger = new LogRecorder();
    const settings = { MAX_SENDS_PER_HOUR: '10', MFA_SEND_COOLDOWN_SECONDS: '0' };
    await start({ ...settings, METRICS_PORT: '0' }, { logger });
    const { user } = await owner();
    const outcomes = await inTurn(10, async (index) =>
      enrol(await server.signUp(), `cap${index}@example.org`),
    );
    expect(outcomes).toEqual([...times(8, 'send_limit'), 'send_limit']);
    const challenges = await inTurn(3, async () => (await server.login(user)).body.challenge);
    expect(challenges).toEqual([SHOWN, SHOWN, { delivery: 'failed', retry_after: 3600 }]);
    const { url } = server.app.get(MetricsListener, { strict: false });
    const metrics = await (await fetch(url)).text();
    expect(metrics).toContain('mfa_sends_refused_total{factor="email",reason="cap"} 3');
    const lines = logger.lines.filter((line) => line.includes('codes were sent within an hour'));
    expect(lines).toHaveLength(1);
  });

  it('of links for a reset go on being counted when the keys change', async () => {
    await start();
    const { user } = await owner();
    const links = async () => {
      await server.post('/password/reset/', { email: user.email });
      await server.deliverEvents();
      return server.inbox.messages.filter(({ to }) => to === user.email).length;
    };
    const before = [await links(), await links(), await links()].at(-1);
    const { secretKeys } = server.app.get(MfaOptions, { strict: false });
    const newer = { id: 'newer', key: Buffer.alloc(32, 8) };
    server.app.get(KeyRing, { strict: false }).replace([newer, ...secretKeys]);
    expect(await links()).toBe(before);
    server.clock.advance({ seconds: 3600 });
    expect(await links()).toBe(Number(before) + 1);
  });

  it('are counted over two servers', async () => {
    const many = { MAX_SENDS_PER_HOUR: '20', MFA_SEND_COOLDOWN_SECONDS: '0' };
    await start(many, { races: true });
    const place = { AUTH_CONFIG: authConfigFile(ANY_MAILBOX), TRUSTED_PROXIES: '127.0.0.1' };
    const sibling = await server.startSibling({ ...place, ...many }, { races: true });
    try {
      const accounts = await inTurn(12, () => server.signUp());
      const atOnce = (email: (index: number) => string) =>
        Promise.all(
          accounts.map((account, index) =>
            enrol(account, email(index), { at: index % 2 === 0 ? server : sibling }),
          ),
        );
      const sent = (outcomes: string[]) => outcomes.filter((outcome) => outcome === SENT).length;
      expect(sent(await atOnce(() => 'one@example.org'))).toBe(5);
      const others = [await atOnce((index) => `two${index}@example.org`)];
      expect(others.map(sent)).toEqual([16 - 5]);
    } finally {
      await sibling.stop();
    }
  });
});
