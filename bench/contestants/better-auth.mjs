import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startChildServer } from '../../scripts/child-server.mjs';
import { runProgram, say, UsageError } from '../command.mjs';
import { hashAlone, runnerOf, sendRequests } from '../measure.mjs';
import { PASSWORD, SECOND_STEPS, workOf } from '../works.mjs';

const SERVER = fileURLToPath(new URL('../peer/better-auth.mjs', import.meta.url));
/** @type {string} its packages and their types are missing before the installation */
const SEEDER = new URL('../peer/better-auth.mjs', import.meta.url).href;

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
    works: ['sign-in', ...SECOND_STEPS, SESSION_READ],
    start: (more = {}) => startChildServer(SERVER, { ...env, ...more }, signal),
    openSeeder: async ({ port }) => seederOf(seed, { port, signal }),
    run: runnerOf(requestTo, expectsOf),
  };
}

/** Its session is renewed where it is read, so a read is what stands beside our refresh. */
const SESSION_READ = 'refresh';

/**
 * @param {(count: number) => Promise<import('../works.mjs').Ticket[]>} seed
 * @param {{port: number, signal: AbortSignal}} server
 * @returns {import('../contestants.mjs').Seeder}
 */
function seederOf(seed, server) {
  return async (count, { id }) => {
    const tickets = await seed(count);
    if (id !== SESSION_READ) return tickets;
    await sendRequests({
      ...server,
      tickets: tickets.slice(),
      clients: 8,
      makeRequest: (login) => requestTo(workOf('right'), login, server.port),
      expects: expectsOf(workOf('right')),
      keep: (login, { cookies }) => {
        login.cookie = cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ');
      },
    });
    return tickets;
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
  if (id === SESSION_READ) {
    return { path: '/api/auth/get-session', headers: { Cookie: login.cookie ?? '' } };
  }
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
  if (id === SESSION_READ) return { status: 200, text: '"session":' };
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
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  try {
    await runProgram('npm', args, { cwd: fileURLToPath(FOLDER), signal });
  } catch (cause) {
    if (signal.aborted || !(cause instanceof UsageError)) throw cause;
    throw new UsageError(
      `${cause.message}\nBetter Auth was not installed: leave it out by --servers.`,
      { cause },
    );
  }
}

/** @param {URL} url */
function read(url) {
  return JSON.parse(readFileSync(url, 'utf8'));
}
