import { once } from 'node:events';
import { connect } from 'node:net';
import { jest } from '@jest/globals';
import pg from 'pg';
import { type ChildServer, startChildServer } from '../../../scripts/child-server.mjs';
import { compiledPath } from '../../support/compiled-sources.js';
import { holdRequest } from '../../support/held-request.js';
import { sourceEnvironment } from '../../support/run-script.js';
import { KEYS } from '../../support/server.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** Each server is a process, and this machine may be busy. */
jest.setTimeout(120_000);

const ACCOUNT = {
  username: 'alice',
  email: 'alice@example.org',
  password: 'correct horse battery',
};

let database: TestDatabase;
let child: ChildServer;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => child.stop());
afterAll(() => database.drop());

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const settings = sourceEnvironment({
    ...KEYS,
    ...database.settings,
    PUBLIC_URL: 'http://localhost:3000',
    PASSWORD_HASH_MEMORY_KIB: '8',
    PASSWORD_HASH_PASSES: '1',
    SHUTDOWN_TIMEOUT_SECONDS: '60',
    ...environment,
  });
  child = await startChildServer(compiledPath('src/main.ts'), settings);
}

const addressOf = (path: string) => `http://127.0.0.1:${child.port}${path}`;
const terminate = () => process.kill(child.pid, 'SIGTERM');
const register = (name: string) =>
  holdRequest(addressOf('/api/auth/registration/'), {
    ...ACCOUNT,
    username: name,
    email: `${name}@example.org`,
  });

/** Asks on connections of their own, as often as it takes. */
async function untilRefused(): Promise<void> {
  const isAccepted = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(child.port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
  while (await isAccepted());
}

/** Not at once: a signal right after another is taken for its echo. */
async function terminateUntilEnded(): Promise<void> {
  let hasEnded = false;
  void child.ended.then(() => (hasEnded = true));
  while (!hasEnded) {
    await fetch(addressOf('/health/live')).then(terminate, () => undefined);
  }
}

async function untilNotReady(): Promise<Response> {
  for (;;) {
    const answer = await fetch(addressOf('/health/ready'));
    if (answer.status !== 200) return answer;
  }
}

describe('a server that is told to end', () => {
  it('refuses connections, finishes what runs, and ends with 0', async () => {
    await start();
    const silent = connect(child.port, '127.0.0.1');
    await once(silent, 'connect');
    const held = await register('alice');
    terminate();
    await untilRefused();
    const { status, headers, body } = await held.release();
    expect(status).toBe(201);
    expect(JSON.parse(body)).toMatchObject({ user: { username: 'alice' } });
    expect(headers.connection).toBe('close');
    expect(await child.ended).toBe(0);
    expect(child.output()).toContain('SIGTERM: running requests may take 60 s more');
  });

  it('is not ready before it refuses, and ends at once at a second signal', async () => {
    await start({ SHUTDOWN_DELAY_SECONDS: '300' });
    terminate();
    const answer = await untilNotReady();
    expect(await answer.json()).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('Connection')).toBe('close');
    const other = await fetch(addressOf('/health/live'));
    expect([other.status, other.headers.get('Connection')]).toEqual([200, 'close']);
    await terminateUntilEnded();
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('A second signal, SIGTERM: the server ends undrained.');
  });

  it('cuts what takes too long, says so, and ends with 1', async () => {
    await start({ SHUTDOWN_TIMEOUT_SECONDS: '1' });
    await register('bob');
    terminate();
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('Not drained within 1 s: what still runs is cut.');
  });

  it('lets a statement finish that waits in the database', async () => {
    if (!database.isConcurrent) return;
    await start();
    await (await register('carol')).release();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE sessions');
    const login = await holdRequest(addressOf('/api/auth/login/'), {
      username: 'carol',
      password: ACCOUNT.password,
    });
    const answer = login.release();
    const WAITING = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await client.query(WAITING)).rowCount === 0);
    terminate();
    await untilRefused();
    await client.query('COMMIT');
    await client.end();
    expect((await answer).status).toBe(200);
    expect(await child.ended).toBe(0);
  });
});
