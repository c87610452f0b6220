import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const ROOT = resolve(import.meta.dirname, '../..');
const CONFIGS = ['.dependency-cruiser.cjs', '.dependency-cruiser.rooms.cjs'].map((name) =>
  join(ROOT, name),
);

/** A rule, a file that breaks it, and what that file imports: a path from the root, or a package. */
type Plant = readonly [rule: string, from: string, to: string];

const PLANTS: readonly Plant[] = [
  ['library-knows-no-server', 'src/mfa/mfa.module.ts', 'src/server/identity/users.service.ts'],
  ['library-knows-no-server', 'src/mfa/http/boot.ts', 'src/main.ts'],
  ['library-only-by-its-entries', 'src/server/sign-in/login.ts', 'src/mfa/contract/errors.ts'],
  ['library-only-by-its-entries', 'src/server/app.ts', 'src/mfa/handlers/app/app.handler.ts'],
  ['library-only-by-its-entries', 'src/main.ts', 'src/mfa/testing/fake-clock.ts'],
  ['library-only-by-its-entries', 'src/server/app.spec.ts', 'src/mfa/contract/errors.ts'],
  ['core-is-policy', 'src/mfa/core/events/teller.ts', 'src/mfa/http/problem.ts'],
  ['core-is-policy', 'src/mfa/core/ceremony/ceremony.ts', 'src/mfa/persistence/method.store.ts'],
  ['core-is-policy', 'src/mfa/core/ceremony/registry.ts', 'src/mfa/handlers/app/app.handler.ts'],
  ['core-without-frameworks', 'src/mfa/core/rows.ts', 'typeorm'],
  ['core-without-frameworks', 'src/mfa/core/request.ts', 'express'],
  ['core-without-frameworks', 'src/mfa/core/reply.ts', 'fastify'],
  ['core-without-frameworks', 'src/mfa/core/adapter.ts', '@nestjs/platform-fastify'],
  ['handler-knows-the-contract', 'src/mfa/handlers/app/a.ts', 'src/mfa/core/ceremony/ceremony.ts'],
  [
    'handler-knows-the-contract',
    'src/mfa/handlers/app/b.ts',
    'src/mfa/core/options/mfa.options.ts',
  ],
  ['handler-knows-the-contract', 'src/mfa/handlers/app/c.ts', 'src/mfa/http/problem.ts'],
  ['handlers-apart', 'src/mfa/handlers/email/d.ts', 'src/mfa/handlers/app/app.handler.ts'],
  ['no-cycles', 'src/mfa/kit/egg.ts', 'src/mfa/kit/hen.ts'],
  ['specs-are-leaves', 'src/mfa/kit/helped.ts', 'src/mfa/kit/helper.spec.ts'],
  ['specs-are-leaves', 'src/mfa/kit/other.spec.ts', 'src/mfa/kit/helper.spec.ts'],
  ['no-barrels-inside', 'src/mfa/http/entry.ts', 'src/mfa/index.ts'],
  ['no-barrels-inside', 'src/mfa/handlers/app/e.ts', 'src/mfa/handlers/app/index.ts'],
  ['no-barrels-inside', 'src/server/delivery/mail/f.ts', 'src/server/delivery/mail/index.ts'],
  ['fakes-only-in-tests', 'src/mfa/core/time.ts', 'src/mfa/testing/fake-clock.ts'],
  ['npm-otplib', 'src/mfa/handlers/email/totp.ts', 'otplib'],
  ['npm-otplib', 'src/mfa/kit/totp.ts', '@otplib/core'],
  ['npm-qrcode', 'src/mfa/http/qr-code.ts', 'qrcode'],
  ['npm-simplewebauthn', 'src/mfa/handlers/app/key.ts', '@simplewebauthn/server'],
  ['npm-nodemailer', 'src/mfa/handlers/email/smtp.ts', 'nodemailer'],
  ['npm-bcrypt', 'src/mfa/core/login.ts', 'bcrypt'],
  ['npm-argon2', 'src/server/identity/hash.ts', '@node-rs/argon2'],
  ['npm-jose', 'src/server/sessions/token.ts', 'jose'],
  ['npm-typeorm', 'src/mfa/http/rows.ts', 'typeorm'],
  ['npm-typeorm', 'src/mfa/kit/statement.ts', 'sql-template-tag'],
  ['npm-typeorm', 'src/mfa/mfa.setup.ts', '@nestjs/typeorm'],
  ['npm-passport', 'src/server/account/strategy.ts', 'passport'],
  ['npm-passport', 'src/server/mfa/guard.ts', '@nestjs/passport'],
  ['npm-passport', 'src/server/identity/strategy.ts', 'passport-custom'],
  ['npm-prom-client', 'src/mfa/core/counter.ts', 'prom-client'],
  ['npm-opentelemetry', 'src/server/observability/requests/span.ts', '@opentelemetry/api'],
  ['npm-opentelemetry', 'src/mfa/http/span.ts', '@opentelemetry/sdk-trace-node'],
  ['npm-terminus', 'src/server/database/health.ts', '@nestjs/terminus'],
  ['npm-yaml', 'src/server/mfa/file.ts', 'yaml'],
  ['npm-zod', 'src/mfa/core/shape.ts', 'zod'],
  ['npm-zod', 'src/server/account/body.ts', 'zod'],
  ['npm-ioredis', 'src/server/identity/cache.ts', 'ioredis'],
  ['npm-throttler', 'src/server/sign-in/limit.guard.ts', '@nestjs/throttler'],
  ['npm-embedded-database', 'src/server/identity/pglite.ts', '@electric-sql/pglite'],
  ['contract-is-the-ground', 'src/mfa/contract/state.ts', 'src/mfa/core/ports/stores.ts'],
  ['handler-knows-the-contract', 'src/mfa/kit/row.ts', 'src/mfa/http/rows.ts'],
  ['kit-is-for-handlers', 'src/mfa/core/sending/address.ts', 'src/mfa/kit/mask.ts'],
  ['library-is-put-together-above', 'src/mfa/core/login/start.ts', 'src/mfa/mfa.module.ts'],
  ['texts-are-the-ground', 'src/server/texts/french.ts', 'src/server/config/server-config.ts'],
  ['config-is-near-the-ground', 'src/server/config/user.ts', 'src/server/identity/user.entity.ts'],
  ['server-is-put-together-above', 'src/server/sessions/start.ts', 'src/server/app.module.ts'],
  ['server-is-put-together-above', 'src/server/account/factor.ts', 'src/server/mfa/handlers.ts'],
];

/** The import that closes the circle of egg and hen; a circle is reported once. */
const CLOSING_IMPORT = ['src/mfa/kit/hen.ts', 'src/mfa/kit/egg.ts'] as const;

/** A circle of folders in which no two files are in a circle. */
const FOLDER_CIRCLE = [
  ['src/server/sea/rain.ts', 'src/server/cloud/drop.ts'],
  ['src/server/cloud/mist.ts', 'src/server/sea/wave.ts'],
] as const;

/** Each violation of any rule as "rule: from → to". */
async function violationsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  // One after another: the tool keeps what it has read in variables of its modules.
  for (const config of CONFIGS) {
    const options = await extractDepcruiseOptions(config);
    const { output } = await cruise(['src'], { ...options, baseDir: folder });
    if (typeof output === 'string') throw new Error(`No report: ${output}`);
    found.push(
      ...output.summary.violations.map((one) => `${one.rule.name}: ${one.from} → ${one.to}`),
    );
  }
  return found;
}

const isPath = (target: string) => target.startsWith('src/');

/** What the importing file calls its target: the built `.js` of a path, or the package by its name. */
function specifierOf(from: string, to: string): string {
  const upwards = '../'.repeat(from.split('/').length - 1);
  return isPath(to) ? `./${upwards}${to.replace(/\.ts$/, '.js')}` : to;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Only types are imported, because a rule has to hold for types too. */
async function plant(folder: string): Promise<void> {
  const name = 'export type Name = string;\n';
  await write(join(folder, 'tsconfig.json'), '{}');
  for (const to of [
    ...PLANTS.map(([, , target]) => target),
    ...FOLDER_CIRCLE.map(([, to]) => to),
  ]) {
    if (isPath(to)) await write(join(folder, to), name);
    else await write(join(folder, 'node_modules', to, 'index.js'), '');
  }
  const imports = [
    ...PLANTS.map(([, from, to]) => [from, to] as const),
    CLOSING_IMPORT,
    ...FOLDER_CIRCLE,
  ];
  for (const [from, to] of imports) {
    const text = `import { type Name } from '${specifierOf(from, to)}';\n${name}`;
    await write(join(folder, from), text);
  }
}

describe('the direction of imports', () => {
  let folder: string;
  let planted: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'import-rules-'));
    await plant(folder);
    planted = await violationsIn(folder);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is kept by the sources', async () => {
    expect(await violationsIn(ROOT)).toEqual([]);
  }, 60_000);

  it.each(PLANTS)('%s is noticed in %s importing %s', (rule, from, to) => {
    const target = isPath(to) ? to : `node_modules/${to}/index.js`;
    expect(planted).toContain(`${rule}: ${from} → ${target}`);
  });

  it('no-folder-cycles is noticed where no two files are in a circle', () => {
    expect(planted.filter((violation) => violation.includes('cloud'))).toEqual([
      'no-folder-cycles: src/server/cloud → src/server/sea',
      'no-folder-cycles: src/server/sea → src/server/cloud',
    ]);
  });

  it('has a planted violation of each rule', () => {
    // The configuration is CommonJS, so that it can be required here as the tool requires it.
    const require = createRequire(import.meta.url);
    const { forbidden } = require(join(ROOT, '.dependency-cruiser.rooms.cjs')) as {
      forbidden: { name: string; comment: string }[];
    };
    const rules = forbidden.map(({ name }) => name);
    const seen = new Set([...PLANTS.map(([rule]) => rule), 'no-folder-cycles']);
    expect([...seen].sort()).toEqual(rules.sort());
    expect(forbidden.filter(({ comment }) => !comment)).toEqual([]);
  });
});
