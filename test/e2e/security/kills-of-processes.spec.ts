import { addSeconds, SystemClock } from '../../../src/mfa/index.js';
import { type ChildServer, startChildServer } from '../../../scripts/child-server.mjs';
import { compiledPath } from '../../support/compiled-sources.js';
import { DeadlyProxy, type TimeOfDeath } from '../../support/deadly-proxy.js';
import { HttpClient } from '../../support/http-client.js';
import { NOT_ME, PASSWORD_CHANGE } from '../../support/kill-trials.js';
import { sourceEnvironment } from '../../support/run-script.js';
import { KEYS, startServer, type TestServer } from '../../support/server.js';
import { type Trial } from '../../support/succession.js';

const CHILD_MILLISECONDS = 120_000;
/** More than it moves the clock on, and less than an access token lasts. */
const BEHIND_SECONDS = 90;

/** When a process dies, and whether it has done its work by then. */
const DEATHS: [when: TimeOfDeath, isDone: boolean][] = [
  ['before', false],
  ['after', true],
];

const toStop: { stop(): Promise<void> }[] = [];

/** A trial whose request a process can be sent. */
interface WireTrial<Given> extends Omit<Trial<Given>, 'act'> {
  act(client: HttpClient, given: Given): Promise<boolean>;
}

function startProcess(databaseUrl: string): Promise<ChildServer> {
  const environment = sourceEnvironment({
    ...KEYS,
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: 'http://localhost:3000',
    PASSWORD_HASH_MEMORY_KIB: '8',
    PASSWORD_HASH_PASSES: '1',
    // What waits to be delivered is left to the server that lives.
    MFA_OUTBOX_INTERVAL_SECONDS: '3600',
  });
  return startChildServer(compiledPath('src/main.ts'), environment);
}

/** What is made ready for a process must not be of its future. */
function setBehind({ clock }: TestServer): void {
  clock.set(addSeconds(new SystemClock().now(), -BEHIND_SECONDS));
}

/** Has a process die at what a server that lives makes ready, and looks at afterwards. */
async function isDoneAfterDeath<Given>(
  server: TestServer,
  { prepare, act, inspect }: WireTrial<Given>,
  when: TimeOfDeath,
): Promise<boolean> {
  const proxy = await DeadlyProxy.start(server.database.url);
  toStop.push(proxy);
  const child = await startProcess(proxy.url);
  toStop.push(child);
  setBehind(server);
  const given = await prepare(server);
  proxy.doomAt(/^COMMIT/, when, () => process.kill(child.pid, 'SIGKILL'));
  const working = act(new HttpClient(`http://127.0.0.1:${child.port}`), given);
  await expect(working).rejects.toThrow(/socket hang up|ECONNRESET/);
  server.clock.set(new SystemClock().now());
  return inspect(server, given);
}

function showThatNothingIsHalfDone(): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.all(toStop.splice(0).map((one) => one.stop()));
  });

  describe.each(DEATHS)('a process killed %s the commit of', (when, isDone) => {
    it(
      'a change of the password leaves the old one or the new one, with all that goes with it',
      async () => {
        expect(await isDoneAfterDeath(server, PASSWORD_CHANGE, when)).toBe(isDone);
      },
      CHILD_MILLISECONDS,
    );

    it(
      'a "not me" link leaves it unspent, or everything undone',
      async () => {
        expect(await isDoneAfterDeath(server, NOT_ME, when)).toBe(isDone);
      },
      CHILD_MILLISECONDS,
    );
  });
}

describe('kills of processes', () => {
  if (process.env['RUN_LONG_TRIALS'] === '1') showThatNothingIsHalfDone();
  else
    it('are not shown here: they take minutes, and a PostgreSQL that TEST_DATABASE_URL names', () => {});
});
