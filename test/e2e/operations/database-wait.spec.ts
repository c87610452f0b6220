import { jest } from '@jest/globals';
import {
  runFailingStartHere,
  type RunningScript,
  runScript,
  startScript,
} from '../../support/run-script.js';
import { KEYS } from '../../support/server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** Each server is a process, and this machine may be busy. */
jest.setTimeout(120_000);

const NOWHERE = 'postgres://postgres@127.0.0.1:9/none';

let database: TestDatabase;
let proxy: TcpProxy;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await TcpProxy.start(database.url);
});
afterAll(async () => {
  await proxy.stop();
  await database.drop();
});

const settings = (url: string, environment: Readonly<Record<string, string>>) => ({
  ...KEYS,
  PORT: '0',
  ...database.settings,
  DATABASE_URL: url,
  ...environment,
});
const start = (url: string, environment: Readonly<Record<string, string>>) =>
  startScript(['src/main.ts'], settings(url, environment));
const fail = (url: string, environment: Readonly<Record<string, string>>) =>
  runFailingStartHere(settings(url, environment));

/** Everything that it has printed by the time that the text is among it. */
async function outputWith(text: RegExp, { process: child }: RunningScript): Promise<string> {
  let output = '';
  const streams = [child.stdout, child.stderr];
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`It ended.\n${output}`)));
    for (const stream of streams) {
      stream?.on('data', (part: unknown) => {
        output += String(part);
        if (text.test(output)) resolve(output);
      });
    }
  });
}

describe('a start without a database', () => {
  it('waits for it, says so, and goes on when it is there', async () => {
    await proxy.refuse();
    const server = start(proxy.url, { DATABASE_WAIT_SECONDS: '600' });
    await outputWith(/cannot be used yet: .*ECONNREFUSED.*; waiting up to 600 s/, server);
    const ready = outputWith(/ready after/, server);
    await proxy.recover();
    await ready;
    server.process.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  it('gives up clearly, after the time that it was given', async () => {
    const { code, stderr } = await fail(NOWHERE, { DATABASE_WAIT_SECONDS: '1' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/The server did not start\.\nThe database at .+ cannot be used: .+\n$/);
  });

  it('ends when it is told to', async () => {
    const server = start(NOWHERE, { DATABASE_WAIT_SECONDS: '600' });
    await outputWith(/cannot be used yet/, server);
    server.process.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('SIGTERM before the server had started: it ends.');
  });

  it('does not wait for what waiting cannot mend', async () => {
    if (!database.isConcurrent) return;
    const url = new URL(database.url);
    url.pathname = '/nobody_made_this';
    const { code, stderr } = await fail(url.href, { DATABASE_WAIT_SECONDS: '600' });
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be used: database "nobody_made_this" does not exist');
  });
});

describe('a start that does not migrate', () => {
  it('waits for npm run migrate', async () => {
    const empty = await createTestDatabase();
    const environment = { MIGRATE_AT_START: 'false', DATABASE_WAIT_SECONDS: '600' };
    const server = start(empty.url, environment);
    await outputWith(/cannot be used yet: \d+ of its migrations are still to be run/, server);
    const ready = outputWith(/ready after/, server);
    // As a job has it: the job that migrates gets no key.
    const alone = { NODE_ENV: 'production', DATABASE_URL: empty.url };
    const migrated = await runScript(['src/server/commands/migrate.ts'], alone);
    expect(migrated).toEqual({ code: 0, stdout: 'The tables are up to date.\n', stderr: '' });
    await ready;
    server.process.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    await empty.drop();
  });
});
