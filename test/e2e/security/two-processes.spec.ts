import { generateSync } from 'otplib';
import { SystemClock, SystemRandomSource } from '../../../src/mfa/index.js';
import { generateKeys } from '../../../src/server/config/keys/generate-keys.js';
import { type ChildServer, startChildServer } from '../../../scripts/child-server.mjs';
import { compiledPath } from '../../support/compiled-sources.js';
import { eventually } from '../../support/eventually.js';
import { HttpClient } from '../../support/http-client.js';
import { enrolKey, PASSKEY, withPasskeys } from '../../support/security-keys.js';
import { tally } from '../../support/tally.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const PARALLEL = 50;
const OTHER = { username: 'bob', email: 'bob@example.org', password: 'correct horse battery' };
const USER = { username: 'ada', email: 'ada@example.org', password: 'correct horse battery' };

/** The authenticator of these tests, on the machine's clock: `steps` away from now. */
function totp(secret: string, steps = 0): string {
  const epoch = Math.floor(new SystemClock().now().getTime() / 1000) + 30 * steps;
  return generateSync({ secret, epoch });
}

function showOneUseAtTwoProcesses(): void {
  let database: TestDatabase;
  let children: ChildServer[] = [];
  let clients: HttpClient[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = {
      ...generateKeys(new SystemRandomSource()),
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'test',
      ...database.settings,
      PUBLIC_URL: 'http://localhost:3000',
      ...withPasskeys(),
      EMAIL_VERIFICATION: 'link',
      PASSWORD_HASH_MEMORY_KIB: '8',
      PASSWORD_HASH_PASSES: '1',
      RATE_LIMIT_PER_MINUTE: '100000',
      SESSION_WRITES_PER_MINUTE: '100000',
      SUBJECT_WRITES_PER_MINUTE: '100000',
      SESSION_READS_PER_MINUTE: '100000',
      SUBJECT_READS_PER_MINUTE: '100000',
    };
    const start = (): Promise<ChildServer> =>
      startChildServer(compiledPath('src/main.ts'), environment);
    children = await Promise.all([start(), start()]);
    clients = children.map(({ port }) => new HttpClient(`http://127.0.0.1:${port}`));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(children.map((child) => child.stop()));
    await database.drop();
  });

  /** The processes in turn. */
  const client = (turn: number): HttpClient => {
    const chosen = clients[turn % clients.length];
    if (chosen === undefined) throw new Error('No server was started.');
    return chosen;
  };

  it('takes one TOTP code once, and renews one session once for fifty tabs, at both', async () => {
    await client(0).post('/registration/', USER);
    const { access } = (await client(1).post('/login/', USER_LOGIN)).body;
    const { secret } = (await client(0).post('/mfa/', { method: 'app' }, access)).body.setup_data;
    await client(1).post('/mfa/confirm/', { method: 'app', code: totp(secret, -1) }, access);
    const turns = Array.from({ length: PARALLEL }, (_, turn) => turn);
    const logins = await Promise.all(turns.map((turn) => client(turn).post('/login/', USER_LOGIN)));
    const code = totp(secret);
    const verifies = turns.map((turn) => {
      const { ephemeral_token } = logins[turn]?.body ?? {};
      return client(turn).post('/login/verify/', { ephemeral_token, code });
    });
    expect(await tally(verifies)).toMatchObject({ ok: 1 });

    const signedIn = (await Promise.all(verifies)).find(({ status }) => status === 200);
    const refresh: unknown = signedIn?.body.refresh;
    const refreshes = turns.map((turn) => client(turn).post('/token/refresh/', { refresh }));
    expect(await tally(refreshes)).toEqual({ ok: PARALLEL });
    const renewed = new Set((await Promise.all(refreshes)).map(({ body }) => body.refresh));
    expect([renewed.size, renewed.has(refresh)]).toEqual([1, false]);
  });

  it('opens one session by one answer of a passkey, at both', async () => {
    await client(0).post('/registration/', OTHER);
    const { username, password } = OTHER;
    const { access } = (await client(1).post('/login/', { username, password })).body;
    const key = await enrolKey(client(0), { access }, PASSKEY);
    const { ephemeral_token, challenge } = (await client(1).post('/login/passkey/', {})).body;
    const answer = { ephemeral_token, credential: key.get(challenge) };
    const requests = Array.from({ length: PARALLEL }, (_, turn) =>
      client(turn).post('/login/passkey/verify/', answer),
    );
    expect(await tally(requests)).toMatchObject({ ok: 1 });
  });

  /** The token of the link that one of the processes has mailed; undefined if none has. */
  async function changeTokenTo(email: string): Promise<string | undefined> {
    const mailboxes = await Promise.all(clients.map((one) => one.get('//dev/mailbox.json')));
    const texts = mailboxes
      .flatMap(({ body }): { to: string; text: string }[] => body)
      .filter(({ to }) => to === email)
      .map(({ text }) => text);
    return /change-email#(\S+)/.exec(texts.join('\n'))?.[1];
  }

  it('changes an address once by one link, at both', async () => {
    const { password } = USER;
    const user = { username: 'eve', email: 'eve@example.org', password };
    await client(0).post('/registration/', user);
    const login = await client(1).post('/login/', { username: user.username, password });
    const { access } = login.body;
    const email = 'eve@example.net';
    expect((await client(0).post('/email/change/', { email }, access)).status).toBe(200);
    const token = await eventually(
      () => changeTokenTo(email),
      (mailed) => mailed !== undefined,
    );
    const confirmations = Array.from({ length: PARALLEL }, (_, turn) =>
      client(turn).post('/email/change/confirm/', { token }),
    );
    expect(await tally(confirmations)).toEqual({ ok: 1, invalid_token: PARALLEL - 1 });
    const { body } = await client(1).get('/user/security-log/', access);
    const types = body.results.map(({ type }: { type: string }) => type);
    expect(types.filter((type: string) => type === 'email_changed')).toHaveLength(1);
    expect((await client(0).get('/user/', access)).body).toMatchObject({ email });
  });
}

const USER_LOGIN = { username: USER.username, password: USER.password };

describe('one credential at two processes on one database', () => {
  if (process.env['RUN_DATABASE_KIND'] === 'postgresql') showOneUseAtTwoProcesses();
  else it('is not shown here: it takes PostgreSQL', () => {});
});
