import { inspect } from 'node:util';
import { type MfaEvent, MfaEventListener } from '../../../src/mfa/index.js';
import { type Reply } from '../../support/http-client.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { mailedToken } from '../../support/route-bodies.js';
import { KEYS, type SignedIn, startServer, type TestServer } from '../../support/server.js';

const PASSWORD = 'canary password, never to be seen';

/** A secret that was given to somebody, and the answers that may show it. */
interface Canary {
  readonly name: string;
  readonly secret: string;
  readonly shownBy: readonly string[];
}

const logs = new LogRecorder();
const events: MfaEvent[] = [];
const answers: { readonly route: string; readonly text: string }[] = [];
const canaries: Canary[] = [];
let server: TestServer;
let account: SignedIn;

const plant = (name: string, secret: string, ...shownBy: string[]) =>
  canaries.push({ name, secret, shownBy });

async function keep(route: string, request: Promise<Reply>): Promise<Reply> {
  const reply = await request;
  answers.push({ route, text: `${reply.text} ${JSON.stringify([...reply.headers])}` });
  return reply;
}

const query = (sql: string) => server.dataSource.query(sql);

const post = (path: string, body: object, access = account?.access) =>
  keep(`POST ${path}`, server.post(path, body, access));

beforeAll(async () => {
  server = await startServer({}, { logger: logs });
  listen();
  await playJourney();
  await playFailures();
  await readEverything();
});
afterAll(() => server.stop());

function listen(): void {
  const listener = server.app.get(MfaEventListener, { strict: false });
  const tellOn = listener.onEvent.bind(listener);
  listener.onEvent = (event) => {
    events.push(event);
    return tellOn(event);
  };
}

/** Every secret that there is, made as people make them. */
async function playJourney(): Promise<void> {
  const user = { username: 'canary', email: 'canary@example.org', password: PASSWORD };
  const { body } = await post('/registration/', user);
  const first = (await post('/login/', user)).body;
  account = { user: { ...user, id: body.user.id }, ...first };
  plant('the password', PASSWORD);
  const { JWT_KEYS, MFA_SECRET_KEYS } = KEYS;
  plant('the signing key', JWT_KEYS.split(':')[1] ?? '');
  plant('the secret key', MFA_SECRET_KEYS.split(':')[1] ?? '');
  await enrol();
  await signIn();
  await manage();
}

async function enrol(): Promise<void> {
  const app = (await post('/mfa/', { method: 'app' })).body;
  plant('the TOTP secret', app.setup_data.secret, 'POST /mfa/');
  for (const code of app.backup_codes) plant('a backup code', code, 'POST /mfa/');
  await post('/mfa/confirm/', { method: 'app', code: server.totp(app.setup_data.secret) });
  await post('/mfa/', { method: 'email' });
  const code = server.inbox.lastCode(account.user.email);
  plant('the code of the set-up', code);
  await post('/mfa/confirm/', { method: 'email', code });
  server.clock.advance({ seconds: 31 });
}

async function signIn(): Promise<void> {
  const { username } = account.user;
  const login = (await post('/login/', { username, password: PASSWORD })).body;
  const { ephemeral_token } = login;
  const steps = ['/login/', '/login/change-method/', '/login/resend/'];
  plant('the ephemeral token', ephemeral_token, ...steps.map((path) => `POST ${path}`));
  await post('/login/change-method/', { ephemeral_token, new_method: 'email' });
  plant('a mailed code', server.inbox.lastCode(account.user.email));
  server.clock.advance({ seconds: 31 });
  await post('/login/resend/', { ephemeral_token });
  const code = server.inbox.lastCode(account.user.email);
  plant('the code of a login', code);
  await post('/login/verify/', { ephemeral_token, code: `${PASSWORD.slice(0, 12)}` });
  const { body } = await post('/login/verify/', { ephemeral_token, code });
  plant('the access token', body.access, 'POST /login/verify/');
  plant('the refresh token', body.refresh, 'POST /login/verify/');
  const renewed = (await post('/token/refresh/', { refresh: body.refresh })).body;
  plant('the next refresh token', renewed.refresh, 'POST /token/refresh/');
  await post('/token/verify/', { token: renewed.access });
  await post('/logout/', { refresh: renewed.refresh });
}

async function manage(): Promise<void> {
  await post('/mfa/send/', { method: 'email' });
  const code = server.inbox.lastCode(account.user.email);
  const { body } = await post('/mfa/backup-codes/', { code });
  for (const fresh of body.backup_codes)
    plant('a new backup code', fresh, 'POST /mfa/backup-codes/');
  await post('/mfa/primary/', { method: 'email' });
  await post('/password/reset/', { email: account.user.email });
  await server.deliverEvents();
  const mailed = (path: string) => mailedToken(server, account.user.email, path);
  plant('the mailed token of a reset', mailed('/account/reset-password'));
  plant('the mailed token of a notice', mailed('/account/not-me'));
}

/** Secrets in the wrong place, in bodies that cannot be read, and before a database that fails. */
async function playFailures(): Promise<void> {
  const everySecret = canaries.map(({ secret }) => secret);
  for (const secret of everySecret) {
    await post('/login/verify/', { ephemeral_token: secret, code: 'x' });
    await post('/token/verify/', { token: secret });
    await post('/token/refresh/', { refresh: secret.slice(0, 900) }, secret);
    await post('/mfa/confirm/', { method: 'app', code: [secret] });
  }
  await playWrongCodes(everySecret);
  const text = JSON.stringify({ username: 'canary', password: PASSWORD });
  for (const body of [text.slice(0, -3), `${text}}`, text.replace(':', '')]) {
    const headers = { 'content-type': 'application/json' };
    await keep('POST /login/', server.send('POST', '/login/', { headers, body }));
  }
  await playBrokenDatabase();
}

/** What is spent, or no code of this login, as its code. */
async function playWrongCodes(secrets: readonly string[]): Promise<void> {
  const { username } = account.user;
  const { ephemeral_token } = (await server.post('/login/', { username, password: PASSWORD })).body;
  for (const secret of secrets.filter(({ length }) => length <= 64)) {
    await post('/login/verify/', { ephemeral_token, code: secret });
    await post('/mfa/confirm/', { method: 'app', code: secret });
    await query(`UPDATE mfa_challenges SET attempts = 0 WHERE purpose = 'login'`);
    await query('UPDATE mfa_methods SET failures = 0, locked_until = NULL');
    await query('UPDATE mfa_accounts SET failures = 0, locked_until = NULL');
  }
}

async function playBrokenDatabase(): Promise<void> {
  const { username } = account.user;
  const { ephemeral_token } = (await server.post('/login/', { username, password: PASSWORD })).body;
  await query('ALTER TABLE mfa_methods RENAME COLUMN state TO elsewhere');
  const [, , , , , , backupCode] = canaries;
  const broken = [
    await post('/login/', { username, password: PASSWORD }),
    await post('/login/verify/', { ephemeral_token, code: backupCode?.secret }),
    await post('/mfa/', { method: 'app' }),
  ];
  await query('ALTER TABLE mfa_methods RENAME COLUMN elsewhere TO state');
  expect(broken.map(({ status }) => status)).toEqual([500, 500, 500]);
}

async function readEverything(): Promise<void> {
  const paths = ['/mfa/', '/mfa/handlers/', '/mfa/backup-codes/', '/user/', '/providers/'];
  const others = ['docs', 'docs-json', 'docs-yaml'].map((name) => `//api/${name}`);
  for (const path of [...paths, ...others, '//.well-known/jwks.json', '//health/ready']) {
    await keep(`GET ${path}`, server.get(path, account.access));
  }
}

/** A code of digits counts where it stands alone: within a longer number it is chance. */
function holds(text: string, secret: string): boolean {
  return /^\d+$/.test(secret) ? new RegExp(`\\b${secret}\\b`).test(text) : text.includes(secret);
}

/** Names of the canaries that a text holds. */
function seenIn(text: string): string[] {
  return canaries.filter(({ secret }) => holds(text, secret)).map(({ name }) => name);
}

it('plants every kind of secret', () => {
  expect(canaries.every(({ secret }) => typeof secret === 'string' && secret.length >= 6)).toBe(
    true,
  );
  expect(new Set(canaries.map(({ name }) => name)).size).toBe(15);
});

it('shows a secret in the answers that are made for it, and in no other', () => {
  const shown = canaries.map(({ name, secret }) => {
    const routes = answers.filter(({ text }) => holds(text, secret)).map(({ route }) => route);
    return [name, [...new Set(routes)]];
  });
  expect(shown).toEqual(canaries.map(({ name, shownBy }) => [name, shownBy]));
});

it('logs no secret at any level, though it logs', () => {
  expect(logs.lines.filter((line) => line.startsWith('error'))).not.toHaveLength(0);
  expect(seenIn(logs.lines.join('\n'))).toEqual([]);
});

it('tells the host no secret', () => {
  expect(events.length).toBeGreaterThan(10);
  expect(seenIn(inspect(events, { depth: 10 }))).toEqual([]);
});

it('mails codes, and no secret beside them', () => {
  const texts = server.inbox.messages.map((message) => JSON.stringify(message));
  expect(seenIn(texts.join('\n')).filter((name) => !/code of|mailed/.test(name))).toEqual([]);
});

describe('the database', () => {
  const sql = `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = current_schema() AND data_type IN
      ('text', 'character varying', 'bytea', 'ARRAY', 'json', 'jsonb')`;

  it('holds no secret in clear in any column of texts or bytes', async () => {
    const columns = await server.dataSource.query<{ table: string; column: string }[]>(sql);
    expect(columns.length).toBeGreaterThan(25);
    for (const { table, column } of columns) {
      const rows = await server.dataSource.query<{ value: unknown }[]>(
        `SELECT "${column}" AS value FROM "${table}" WHERE "${column}" IS NOT NULL`,
      );
      const text = rows.map(({ value }) => textOf(value)).join('\n');
      expect([table, column, seenIn(text)]).toEqual([table, column, []]);
    }
  });

  function textOf(value: unknown): string {
    return Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value);
  }
});
