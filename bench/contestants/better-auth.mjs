import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startChildServer } from '../../scripts/child-server.mjs';
import { say, UsageError } from '../command.mjs';
import { hashAlone, runnerOf, SECOND_STEPS } from '../measure.mjs';
import { PASSWORD } from '../works.mjs';

const SERVER = fileURLToPath(new URL('../peer/server.mjs', import.meta.url));
/** @type {string} its packages and their types are missing before the installation */
const SEEDER = new URL('../peer/seed.mjs', import.meta.url).href;

/**
 * Better Auth, which must be installed. It migrates by a separate command, not at its start.
 *
 * @param {import('../command.mjs').Database} database
 * @returns {Promise<import('../contestants.mjs').Contestant>}
 */
export async function betterAuth({ url, client, signal }) {
  const { openPeerSeeder } = await import(SEEDER);
  const secret = randomBytes(32).toString('base64url');
  const seed = await openPeerSeeder(client, { databaseUrl: url, secret, password: PASSWORD });
  const env = {
    NODE_ENV: 'production',
    BETTER_AUTH_TELEMETRY: '0',
    BETTER_AUTH_SECRET: secret,
    DATABASE_URL: url,
  };
  return {
    id: 'better-auth',
    name: 'Better Auth',
    works: ['sign-in', ...SECOND_STEPS],
    start: () => startChildServer(SERVER, env, signal),
    openSeeder: async () => seed,
    run: runnerOf(requestTo, expectsOf),
  };
}

/** The password check of a Better Auth sign-in alone. */
export async function peerHashAlone() {
  const { openPasswordCheck } = await import(SEEDER);
  return hashAlone('scrypt alone', await openPasswordCheck(PASSWORD));
}

/**
 * Besides a cookie it needs the `Origin` that browsers send.
 *
 * @param {import('../works.mjs').Work} work
 * @param {import('../works.mjs').Ticket} login
 * @param {number | undefined} port
 * @returns {import('../measure.mjs').Sending}
 */
function requestTo({ id, codeOf }, login, port) {
  if (codeOf === undefined) {
    return { path: '/api/auth/sign-in/email', body: { email: login.email, password: PASSWORD } };
  }
  const route = id.endsWith('backup') ? 'verify-backup-code' : 'verify-totp';
  return {
    path: `/api/auth/two-factor/${route}`,
    headers: { Cookie: login.cookie ?? '', Origin: `http://127.0.0.1:${port}` },
    body: { code: codeOf(login) },
  };
}

/** @param {import('../works.mjs').Work} work */
function expectsOf({ id }) {
  if (id === 'sign-in') return { status: 200, text: '"twoFactorRedirect":true' };
  return id.startsWith('wrong')
    ? { status: 401, text: '"INVALID_' }
    : { status: 200, text: '"token":' };
}

const FOLDER = new URL('../peer/', import.meta.url);
const MANIFEST = new URL('package.json', FOLDER);
const INSTALLED = new URL('node_modules/better-auth/package.json', FOLDER);

/** The measured version of Better Auth. */
export function peerVersion() {
  return read(MANIFEST).dependencies['better-auth'];
}

/**
 * Installs the packages of `bench/peer` unless they are there. They never become packages of the
 * project.
 *
 * @throws {UsageError} when npm fails
 * @param {AbortSignal} signal
 */
export async function installPeer(signal) {
  if (existsSync(INSTALLED) && read(INSTALLED).version === peerVersion()) return;
  say(`Installing Better Auth ${peerVersion()} into bench/peer/node_modules (npm ci) …`);
  const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(FOLDER),
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new UsageError('Better Auth was not installed: leave it out by --servers.');
}

/** @param {URL} url */
function read(url) {
  return JSON.parse(readFileSync(url, 'utf8'));
}
