import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SystemClock } from '../../../src/mfa/index.js';
import { FakeClock } from '../../../src/mfa/testing/index.js';
import { codeBlocksOf, ROOT } from '../../support/documents.js';
import { TestServer } from '../../support/server.js';
import { createTestDatabase } from '../../support/test-database.js';

/** The tour makes its codes by the machine's clock, so the server goes by the same one. */
class RunningClock extends FakeClock {
  private readonly system = new SystemClock();

  override now(): Date {
    return this.system.now();
  }
}

/** What each request of the README is answered with. */
const README_ANSWERS = [
  '201 POST /registration/',
  '200 POST /login/',
  '201 POST /mfa/',
  '200 POST /mfa/confirm/',
  '200 POST /login/',
  '200 POST /login/verify/',
];

/** What each request of the tour is answered with. */
const TOUR_ANSWERS = [
  '201 POST /registration/',
  '200 POST /login/',
  '201 POST /mfa/',
  '200 POST /mfa/confirm/',
  '200 POST /login/',
  '200 POST /login/verify/',
  '200 GET /user/',
  '200 POST /login/',
  '200 POST /login/verify/',
  '200 POST /login/',
  '400 POST /login/verify/',
  '201 POST /mfa/',
  '200 GET /mfa/',
  '200 GET /mfa/backup-codes/',
  '200 POST /token/refresh/',
  '200 POST /logout/',
];

/** Tells status, method and address of each request on the side. */
const TELLING_CURL =
  'curl() { command curl --write-out "%{stderr}%{http_code} %{method} %{url_effective}\\n" "$@"; }';

interface Run {
  readonly exitCode: unknown;
  readonly shown: string;
  readonly told: string;
}

/** Runs a script as a shell runs what is pasted into it, but stops at the first failure. */
async function runInBash(script: string): Promise<Run> {
  const bash = spawn('bash', ['-euo', 'pipefail'], { cwd: ROOT });
  const output = { shown: '', told: '' };
  bash.stdout.on('data', (chunk) => (output.shown += chunk));
  bash.stderr.on('data', (chunk) => (output.told += chunk));
  bash.stdin.end(script);
  const [exitCode] = await once(bash, 'close');
  return { exitCode, ...output };
}

describe.each([
  ['README.md', README_ANSWERS],
  ['docs/tour.md', TOUR_ANSWERS],
])('the commands of %s', (document, answers) => {
  let server: TestServer;
  let run: Run;

  beforeAll(async () => {
    const database = await createTestDatabase();
    server = await TestServer.start(database, {}, true, { clock: new RunningClock() });
    const commands = codeBlocksOf(document, 'bash').join('');
    run = await runInBash(
      `${TELLING_CURL}\n${commands.replaceAll('http://localhost:3000', server.url)}`,
    );
  }, 120_000);
  afterAll(() => server.stop());

  it('run from the first line to the last', () => {
    expect(run).toMatchObject({ exitCode: 0 });
  });

  it('are answered as it says', () => {
    const told = run.told.replaceAll(`${server.url}/api/auth`, '').trim().split('\n');
    expect(told).toEqual(answers);
  });

  it('show the answers that it prints', () => {
    const printed = codeBlocksOf(document, 'json').map((text) => JSON.stringify(JSON.parse(text)));
    expect(printed.length > 0).toBe(document === 'docs/tour.md');
    expect(printed.filter((answer) => !run.shown.includes(answer))).toEqual([]);
  });
});
