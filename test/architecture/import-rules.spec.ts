import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const CONFIG = join(ROOT, '.dependency-cruiser.cjs');
const COMMAND = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A rule, a file that breaks it, and what that file imports: a path from the root, or a package. */
type Plant = readonly [rule: string, from: string, to: string];

const PLANTS: readonly Plant[] = [
  ['library-knows-no-server', 'src/mfa/mfa.module.ts', 'src/server/users/users.service.ts'],
  ['library-knows-no-server', 'src/mfa/http/boot.ts', 'src/main.ts'],
  ['library-only-by-its-entries', 'src/server/auth/login.ts', 'src/mfa/core/errors.ts'],
  ['library-only-by-its-entries', 'src/server/app.ts', 'src/mfa/handlers/app/app.handler.ts'],
  ['library-only-by-its-entries', 'src/main.ts', 'src/mfa/testing/fake-clock.ts'],
  ['core-is-policy', 'src/mfa/core/teller.ts', 'src/mfa/http/problem.ts'],
  ['core-is-policy', 'src/mfa/core/ceremony.ts', 'src/mfa/persistence/method.store.ts'],
  ['core-is-policy', 'src/mfa/core/registry.ts', 'src/mfa/handlers/app/app.handler.ts'],
  ['core-without-frameworks', 'src/mfa/core/rows.ts', 'typeorm'],
  ['core-without-frameworks', 'src/mfa/core/request.ts', 'express'],
  ['core-without-frameworks', 'src/mfa/core/reply.ts', 'fastify'],
  ['core-without-frameworks', 'src/mfa/core/adapter.ts', '@nestjs/platform-fastify'],
  ['handler-knows-the-contract', 'src/mfa/handlers/app/a.ts', 'src/mfa/core/ceremony.ts'],
  ['handler-knows-the-contract', 'src/mfa/handlers/app/b.ts', 'src/mfa/mfa.options.ts'],
  ['handler-knows-the-contract', 'src/mfa/handlers/app/c.ts', 'src/mfa/http/problem.ts'],
  ['handlers-apart', 'src/mfa/handlers/email/d.ts', 'src/mfa/handlers/app/app.handler.ts'],
  ['no-cycles', 'src/mfa/kit/egg.ts', 'src/mfa/kit/hen.ts'],
  ['no-barrels-inside', 'src/mfa/http/entry.ts', 'src/mfa/index.ts'],
  ['no-barrels-inside', 'src/mfa/handlers/app/e.ts', 'src/mfa/handlers/app/index.ts'],
  ['no-barrels-inside', 'src/server/mail/f.ts', 'src/server/mail/index.ts'],
  ['fakes-only-in-tests', 'src/mfa/core/time.ts', 'src/mfa/testing/fake-clock.ts'],
  ['npm-otplib', 'src/mfa/handlers/email/totp.ts', 'otplib'],
  ['npm-otplib', 'src/mfa/kit/totp.ts', '@otplib/core'],
  ['npm-qrcode', 'src/mfa/http/qr-code.ts', 'qrcode'],
  ['npm-simplewebauthn', 'src/mfa/handlers/app/key.ts', '@simplewebauthn/server'],
  ['npm-nodemailer', 'src/mfa/handlers/email/smtp.ts', 'nodemailer'],
  ['npm-bcrypt', 'src/mfa/core/login.ts', 'bcrypt'],
  ['npm-jose', 'src/server/auth/token.ts', 'jose'],
  ['npm-typeorm', 'src/mfa/http/rows.ts', 'typeorm'],
  ['npm-typeorm', 'src/mfa/kit/statement.ts', 'sql-template-tag'],
  ['npm-typeorm', 'src/mfa/mfa.setup.ts', '@nestjs/typeorm'],
  ['npm-passport', 'src/server/sessions/strategy.ts', 'passport'],
  ['npm-passport', 'src/server/mfa/guard.ts', '@nestjs/passport'],
  ['npm-passport', 'src/server/users/strategy.ts', 'passport-custom'],
  ['npm-prom-client', 'src/mfa/core/counter.ts', 'prom-client'],
  ['npm-opentelemetry', 'src/server/requests/span.ts', '@opentelemetry/api'],
  ['npm-opentelemetry', 'src/mfa/http/span.ts', '@opentelemetry/sdk-trace-node'],
  ['npm-terminus', 'src/server/database/health.ts', '@nestjs/terminus'],
  ['npm-yaml', 'src/server/mfa/file.ts', 'yaml'],
  ['npm-ioredis', 'src/server/users/cache.ts', 'ioredis'],
  ['npm-throttler', 'src/server/auth/limit.guard.ts', '@nestjs/throttler'],
  ['npm-embedded-database', 'src/server/users/pglite.ts', '@electric-sql/pglite'],
];

/** The import that closes the circle of egg and hen; a circle is reported once. */
const CLOSING_IMPORT = ['src/mfa/kit/hen.ts', 'src/mfa/kit/egg.ts'] as const;

/** Each violation as "rule: from → to". */
function violationsIn(folder: string): string[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND, '--config', CONFIG, '--output-type', 'json', 'src'],
    { cwd: folder, encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES },
  );
  if (!stdout.startsWith('{')) throw new Error(`No report: ${stdout}${stderr}`);
  // The format of the tool's own JSON reporter.
  const report = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
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
  for (const [, , to] of PLANTS) {
    if (isPath(to)) await write(join(folder, to), name);
    else await write(join(folder, 'node_modules', to, 'index.js'), '');
  }
  const imports = [...PLANTS.map(([, from, to]) => [from, to] as const), CLOSING_IMPORT];
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
    planted = violationsIn(folder);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is kept by the sources', () => {
    expect(violationsIn(ROOT)).toEqual([]);
  }, 60_000);

  it.each(PLANTS)('%s is noticed in %s importing %s', (rule, from, to) => {
    const target = isPath(to) ? to : `node_modules/${to}/index.js`;
    expect(planted).toContain(`${rule}: ${from} → ${target}`);
  });

  it('has a planted violation of each rule', () => {
    // The configuration is CommonJS, so that it can be required here as the tool requires it.
    const { forbidden } = createRequire(import.meta.url)(CONFIG) as {
      forbidden: { name: string; comment: string }[];
    };
    const rules = forbidden.map(({ name }) => name);
    expect([...new Set(PLANTS.map(([rule]) => rule))].sort()).toEqual(rules.sort());
    expect(forbidden.filter(({ comment }) => !comment)).toEqual([]);
  });
});
