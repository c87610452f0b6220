import { MetricsListener } from '../../../src/server/observability/metrics/metrics-listener.js';
import { type Reply } from '../../support/http-client.js';
import { mailedToken } from '../../support/route-bodies.js';
import { KEYS, type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { ServerLogKeeper } from '../../support/server-log-keeper.js';
import { TraceCollector } from '../../support/trace-collector.js';

const USER = {
  username: 'canary.singer',
  email: 'canary.singer@aviary.example',
  password: 'canary password, never to be seen',
};
const PHONE = '+4917012345612';
const CLIENT_ADDRESS = '203.0.113.77';
const USER_AGENT = 'CanaryBrowser/9.9';

const logs = new ServerLogKeeper();
const collector = new TraceCollector();
const canaries = new Map<string, string>();
let server: TestServer;
let account: SignedIn;
let metrics: string;

const plant = (name: string, secret: unknown) => canaries.set(name, String(secret));

/** As a browser behind a proxy, which repeats what it should keep to itself. */
function post(path: string, body: object, access = account?.access): Promise<Reply> {
  return server.send('POST', `${path}?token=${encodeURIComponent(access ?? '')}`, {
    headers: {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'x-forwarded-for': CLIENT_ADDRESS,
      'x-request-id': USER.username,
      tracestate: `canary=${USER.username}`,
      ...(access !== undefined && { authorization: `Bearer ${access}` }),
    },
    body: JSON.stringify(body),
  });
}

beforeAll(async () => {
  await collector.start();
  const environment = {
    METRICS_PORT: '0',
    LOG_REQUESTS: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    TRUSTED_PROXIES: '127.0.0.1',
    MFA_HANDLERS: 'app,email,sms',
    // Nobody is there: a text that cannot be sent is a failure that is logged.
    SMS_GATEWAY_URL: 'http://127.0.0.1:9999/send',
    SMS_GATEWAY_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  };
  server = await startServer(environment, { logger: logs });
  await signUp();
  await enrol();
  await signIn();
  await recover();
  await failEverywhere();
  metrics = await (await fetch(server.app.get(MetricsListener, { strict: false }).url)).text();
  await server.stop();
});
afterAll(() => collector.stop());

async function signUp(): Promise<void> {
  for (const [name, secret] of Object.entries(USER)) plant(`the ${name}`, secret);
  plant('the telephone number', PHONE);
  plant('the address of the client', CLIENT_ADDRESS);
  plant('the user agent', USER_AGENT);
  plant('the signing key', KEYS.JWT_KEYS.split(':')[1]);
  plant('the secret key', KEYS.MFA_SECRET_KEYS.split(':')[1]);
  const { id } = (await post('/registration/', USER)).body.user;
  const { access, refresh } = (await post('/login/', USER)).body;
  account = { user: { ...USER, id }, access, refresh };
  plant('the id of the user', id);
  plant('the first access token', access);
  plant('the first refresh token', refresh);
}

async function enrol(): Promise<void> {
  const { body } = await post('/mfa/', { method: 'app' });
  plant('the TOTP secret', body.setup_data.secret);
  for (const [index, code] of body.backup_codes.entries()) plant(`backup code ${index}`, code);
  const code = server.totp(body.setup_data.secret);
  plant('a TOTP code', code);
  await post('/mfa/confirm/', { method: 'app', code });
  await post('/mfa/', { method: 'email' });
  const mailed = server.inbox.lastCode(USER.email);
  plant('the code of the set-up', mailed);
  await post('/mfa/confirm/', { method: 'email', code: mailed });
  server.clock.advance({ seconds: 31 });
  expect((await post('/mfa/', { method: 'sms', phone_number: PHONE })).status).toBe(503);
}

async function signIn(): Promise<void> {
  const { ephemeral_token } = (await post('/login/', USER)).body;
  plant('the ephemeral token', ephemeral_token);
  plant('a wrong code', '918273');
  await post('/login/verify/', { ephemeral_token, code: '918273' });
  await post('/login/change-method/', { ephemeral_token, new_method: 'email' });
  const code = server.inbox.lastCode(USER.email);
  plant('the code of a login', code);
  const { body } = await post('/login/verify/', { ephemeral_token, code });
  plant('the access token', body.access);
  plant('the refresh token', body.refresh);
  const renewed = (await post('/token/refresh/', { refresh: body.refresh })).body;
  plant('the next refresh token', renewed.refresh);
  await post('/token/refresh/', { refresh: body.refresh });
  const other = (await post('/login/', USER)).body.ephemeral_token;
  await post('/login/verify/', { ephemeral_token: other, code: canaries.get('backup code 0') });
}

async function recover(): Promise<void> {
  await post('/password/reset/', { email: USER.email });
  await server.deliverEvents();
  const token = mailedToken(server, USER.email, '/account/reset-password');
  plant('the mailed token of a reset', token);
  plant('the mailed token of a notice', mailedToken(server, USER.email, '/account/not-me'));
  await post('/password/reset/confirm/', { token, new_password: USER.password });
}

/** Every secret in the wrong place, as an address too, and before a database that fails. */
async function failEverywhere(): Promise<void> {
  for (const secret of canaries.values()) {
    await post('/login/verify/', { ephemeral_token: secret, code: secret });
    await post('/token/refresh/', { refresh: secret });
    await post('/login/', { username: secret, password: secret });
    await post(`/${encodeURIComponent(secret)}/`, {});
    await server.send('DELETE', `/sessions/${encodeURIComponent(secret)}/`);
  }
  for (const table of ['mfa_challenges', 'mfa_methods', 'users', 'sessions']) {
    await server.dataSource.query(`ALTER TABLE ${table} RENAME TO elsewhere`);
    await post('/login/', USER);
    await post('/mfa/', { method: 'app' });
    await post('/password/reset/', { email: USER.email });
    await server.deliverEvents().catch(() => undefined);
    await server.dataSource.query(`ALTER TABLE elsewhere RENAME TO ${table}`);
  }
}

/** A code of digits counts where it stands alone: within a longer number it is chance. */
function holds(text: string, secret: string): boolean {
  return /^\d+$/.test(secret) ? new RegExp(`\\b${secret}\\b`).test(text) : text.includes(secret);
}

/** Names of the canaries that a text holds, also as they stand in an address. */
function seenIn(text: string): string[] {
  const found = [...canaries].filter(([, secret]) =>
    [secret, encodeURIComponent(secret)].some((form) => holds(text, form)),
  );
  return found.map(([name]) => name);
}

it('plants every kind of secret, and everything that names a person', () => {
  expect(canaries.size).toBe(27);
  expect([...canaries].filter(([, secret]) => secret.length < 6)).toEqual([]);
  expect([...canaries.values()]).not.toContain('undefined');
});

it('logs none of it at any level, though it logs requests and failures', () => {
  const { lines } = logs;
  expect(lines.filter(({ level }) => level === 'error').length).toBeGreaterThan(4);
  expect(lines.filter(({ context }) => context === 'Request').length).toBeGreaterThan(100);
  expect(lines.filter((line) => seenIn(JSON.stringify(line)).length > 0)).toEqual([]);
});

it('has none of it in names and labels of metrics', () => {
  const names = metrics.split('\n').map((line) => line.replace(/ \S+$/, ''));
  expect(names.some((name) => name.startsWith('mfa_sends_total{result="failed"'))).toBe(true);
  expect(seenIn(names.join('\n'))).toEqual([]);
});

it('exports none of it in spans, nor as a part of their names', () => {
  expect(collector.spans.filter(({ kind }) => kind === 3).length).toBeGreaterThan(100);
  expect(collector.spans.some(({ attributes }) => attributes['error.type'] === '42P01')).toBe(true);
  expect(seenIn(collector.bodies.join('\n'))).toEqual([]);
});
