/* global fetch -- of Node */
/**
 * Checks the OpenAPI document the way makers of clients do:
 *
 *   npm run try:clients
 *
 * Three validators find no error, the clients of five generators compile under `strict`, and two of
 * them play a whole sign-in with a second factor against the running server. Needs a build in
 * dist/. The validators and generators are a package of their own, scripts/openapi-clients, which
 * is installed at the first run; what they generate goes into a temporary folder.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generateSync } from 'otplib';
import { startBuiltServer } from './built-server.mjs';

const PACKAGE = fileURLToPath(new URL('openapi-clients/', import.meta.url));
const DOCUMENT = 'document.json';
const PERIOD_SECONDS = 30;

/** Settings that give every kind of form: codes, sent codes and answers of browsers. */
const SETTINGS = {
  MFA_HANDLERS: 'app,email,webauthn',
  MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE: 'true',
  MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE: 'true',
};

const VALIDATORS = ['swagger-parser', 'redocly', 'spectral'];

/** Programs and their arguments; each writes into a folder of its name. */
const GENERATORS = {
  'openapi-typescript': [DOCUMENT, '--output', 'openapi-typescript/schema.d.ts'],
  'openapi-ts': ['--input', DOCUMENT, '--output', 'openapi-ts', '--no-log-file'],
  orval: ['--input', DOCUMENT, '--output', 'orval/client.ts', '--client', 'fetch'],
  oazapfts: [DOCUMENT, 'oazapfts/client.ts'],
  'swagger-typescript-api': [
    ...[
      'generate',
      '--path',
      DOCUMENT,
      '--output',
      'swagger-typescript-api',
      '--name',
      'client.ts',
    ],
  ],
};

const PLAYS = ['play-openapi-fetch', 'play-openapi-ts'];

const folder = await mkdtemp(join(tmpdir(), 'nestjs-mfa-clients-'));
/** @type {Awaited<ReturnType<typeof startBuiltServer>> | undefined} */
let server;
try {
  [server] = await Promise.all([startBuiltServer(SETTINGS), installPackage()]);
  const { url } = server;
  await prepareFolder(url);
  await inParallel([
    ...VALIDATORS.map((name) => () => validate(name)),
    ...Object.entries(GENERATORS).map(
      ([name, args]) =>
        () =>
          generate(name, args),
    ),
  ]);
  await timed('the five clients compile under strict', () => runProgram('tsc', ['-p', '.']));
  for (const name of PLAYS)
    await timed(`${name}: from registration to logout`, () => play(name, url));
} finally {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Compares the installed versions with the lock file, as npm does. */
async function installPackage() {
  const installed = join(PACKAGE, 'node_modules/.package-lock.json');
  if (existsSync(installed) && isInstalled(installed)) return;
  await timed('npm ci', () =>
    run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], PACKAGE),
  );
}

/** @param {string} installed */
function isInstalled(installed) {
  /** @param {string} path */
  const versionsIn = (path) => {
    /** @type {{packages: Record<string, {version: string}>}} */
    const { packages } = JSON.parse(readFileSync(path, 'utf8'));
    return new Map(Object.entries(packages).map(([name, { version }]) => [name, version]));
  };
  const versions = versionsIn(join(PACKAGE, 'package-lock.json'));
  return [...versionsIn(installed)].every(([name, version]) => versions.get(name) === version);
}

/** @param {string} serverUrl */
async function prepareFolder(serverUrl) {
  await symlink(join(PACKAGE, 'node_modules'), join(folder, 'node_modules'));
  for (const file of [
    'package.json',
    'tsconfig.json',
    'stage.ts',
    ...PLAYS.map((n) => `${n}.ts`),
  ]) {
    await cp(join(PACKAGE, file), join(folder, file));
  }
  for (const name of Object.keys(GENERATORS)) await mkdir(join(folder, name));
  const answer = await fetch(`${serverUrl}/api/docs-json`);
  assert.equal(answer.status, 200);
  await writeFile(join(folder, DOCUMENT), await answer.text());
}

/** @param {string} name */
function validate(name) {
  const script = join(PACKAGE, 'validate.mjs');
  return timed(`${name} finds no error`, () =>
    run(process.execPath, [script, name, join(folder, DOCUMENT)], folder),
  );
}

/**
 * @param {string} name
 * @param {string[]} args
 */
function generate(name, args) {
  return timed(`${name} generates`, () => runProgram(name, args));
}

/**
 * @param {string} name
 * @param {string} baseUrl of the server
 */
async function play(name, baseUrl) {
  const module = await import(pathToFileURL(join(folder, 'built', `${name}.js`)).href);
  await module.play({
    baseUrl,
    person: {
      username: name,
      email: `${name}@example.org`,
      password: 'correct horse battery staple',
    },
    /** @type {(secret: string, steps: number) => string} */
    codeOf: (secret, steps) =>
      generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * PERIOD_SECONDS }),
  });
}

/**
 * @param {string} name
 * @param {string[]} args
 */
function runProgram(name, args) {
  return run(join(folder, 'node_modules/.bin', name), args, folder);
}

/**
 * Runs a program. @throws {Error} with its output when it fails
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
async function run(command, args, cwd) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => said.push(part));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${said.join('')}`);
}

/**
 * Runs as many tasks at once as there are processors. @throws {AggregateError} with all failures,
 * once all have ended
 *
 * @param {(() => Promise<void>)[]} tasks
 */
async function inParallel(tasks) {
  const waiting = [...tasks];
  /** @type {unknown[]} */
  const failures = [];
  const work = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      await task().catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (failures.length > 0)
    throw new AggregateError(failures, 'The document is not as it should be.');
}

/**
 * @param {string} what
 * @param {() => Promise<void>} act
 */
async function timed(what, act) {
  const startedAt = performance.now();
  await act();
  console.log(`${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}
