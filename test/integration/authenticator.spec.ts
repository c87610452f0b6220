import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppHandler, type AppHandlerOptions } from '../../src/mfa/handlers/app/index.js';
import { FakeClock, FakeRandomSource } from '../../src/mfa/testing/index.js';

// Both sides of a code made by one library may be wrong together. Here the app is another program:
// `oathtool` computes the code from the secret that is shown, `zbarimg` scans the image.

const subject = {
  id: '1',
  displayName: 'ada lovelace@example.org',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const defaults = {
  applicationName: 'My App & Co',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 0,
};

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout.trim();
}

/**
 * Runs the tests where the program is at hand. Elsewhere the report says that they did not run, and
 * with REQUIRE_TOOLS=1, as in CI, that is a failure.
 */
function describeWith(program: string, debianPackage: string, tests: () => void): void {
  if (isInstalled(program)) return describe(program, tests);
  it(`did not run: ${program} is not installed (Debian package ${debianPackage})`, () => {
    expect(process.env.REQUIRE_TOOLS).not.toBe('1');
  });
}

async function enrol(options: AppHandlerOptions, now: Date) {
  const handler = new AppHandler(defaults, new FakeRandomSource(JSON.stringify(options)), options);
  const { state, response } = await handler.setup({ subject, fields: {}, enrolled: [], now });
  return {
    handler,
    state,
    secret: textOf(response.secret),
    link: textOf(response.qr_link),
    image: textOf(response.qr_code),
  };
}

function textOf(member: unknown): string {
  if (typeof member !== 'string') throw new Error('The answer lacks a text.');
  return member;
}

describeWith('oathtool', 'oathtool', () => {
  const variants = (['SHA1', 'SHA256', 'SHA512'] as const).flatMap((algorithm) =>
    ([6, 8] as const).flatMap((digits) =>
      [30, 60].map((periodSeconds) => ({ algorithm, digits, periodSeconds })),
    ),
  );

  it.each(variants)('computes codes that are taken: %j', async (options) => {
    const clock = new FakeClock(new Date('2026-05-04T03:02:01.000Z'));
    const { handler, secret, ...enrolled } = await enrol(options, clock.now());
    let { state } = enrolled;
    for (let login = 0; login < 3; login += 1) {
      const code = oathtoolCode(secret, options, clock.now());
      const input = { subject, data: null, proof: { code }, now: clock.now() };
      const verdict = await handler.verify({ ...input, state });
      if (!verdict.ok) throw new Error(`The code ${code} was not taken.`);
      state = verdict.state;
      expect(await handler.verify({ ...input, state })).toEqual({ ok: false, wasUsed: true });
      clock.advance({ seconds: options.periodSeconds });
    }
  });
});

interface Parameters {
  readonly algorithm: string;
  readonly digits: number;
  readonly periodSeconds: number;
}

function oathtoolCode(secret: string, parameters: Parameters, now: Date): string {
  return run('oathtool', [
    `--totp=${parameters.algorithm.toLowerCase()}`,
    '--base32',
    `--digits=${parameters.digits}`,
    `--time-step-size=${parameters.periodSeconds}s`,
    `--now=${now.toISOString().replace('T', ' ').replace('.000Z', ' UTC')}`,
    secret,
  ]);
}

describeWith('zbarimg', 'zbar-tools', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'qr-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each<AppHandlerOptions>([
    {},
    { algorithm: 'SHA512', digits: 8, periodSeconds: 60, issuer: 'Zwölf Bücher' },
  ])('scans the link that is shown: %j', async (options) => {
    const { link, secret, image } = await enrol(options, new FakeClock().now());
    const file = join(folder, 'code.png');
    writeFileSync(file, Buffer.from(image.replace('data:image/png;base64,', ''), 'base64'));
    const scanned = run('zbarimg', ['--quiet', '--raw', file]);
    expect(scanned).toBe(link);
    const { protocol, host, pathname, searchParams } = new URL(scanned);
    expect([protocol, host]).toEqual(['otpauth:', 'totp']);
    const issuer = options.issuer ?? defaults.applicationName;
    expect(decodeURIComponent(pathname)).toBe(`/${issuer}:${subject.displayName}`);
    expect(Object.fromEntries(searchParams)).toEqual({
      secret,
      issuer,
      ...(options.algorithm ? { algorithm: 'SHA512', digits: '8', period: '60' } : {}),
    });
  });
});
