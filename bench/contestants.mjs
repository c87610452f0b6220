import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import bcrypt from 'bcrypt';
import { sendRequests } from './client.mjs';
import { UsageError } from './usage-error.mjs';
import { installPeer } from './peer-package.mjs';
import { createFloorTables, makeFloorKeys, openFloorSeeder } from './seed-floor.mjs';
import { makeOurKeys, openOurSeeder, PASSWORD_HASH_COST } from './seed-ours.mjs';
import { PASSWORD } from './works.mjs';
import { startChildServer } from '../scripts/child-server.mjs';

/**
 * One of those that are measured in turn.
 *
 * @typedef {object} Contestant
 * @property {string} id as `--servers` takes it
 * @property {string} name
 * @property {string[]} works ids of what it can do
 * @property {() => Promise<import('../scripts/child-server.mjs').ChildServer>} [start] one more
 *   process of it; the first one makes what tables it needs
 * @property {() => Promise<(count: number) => Promise<object[]>>} openSeeder gives what makes
 *   tickets, each good for one request
 * @property {(load: object) => Promise<{seconds: number, latencies: number[]}>} run
 * @property {{MFA_SECRET_KEYS: string}} [keys] of ours
 * @property {number[]} [clients] the only numbers of clients that it is measured at
 */

const SECOND_STEPS = ['right', 'wrong', 'wrong-backup', 'backup'];
const LOCALHOST = 'http://localhost:3000';

/** Of our server's settings, these alone are not the defaults of production. */
export const OUR_SETTINGS = {
  NODE_ENV: 'production',
  RATE_LIMIT_PER_MINUTE: '1000000',
  PUBLIC_URL: LOCALHOST,
  // Never reached: nothing that is measured sends a mail.
  SMTP_URL: 'smtp://127.0.0.1:9',
};

/** Ids of all contestants, in the order of the reports. */
export const SERVERS = ['ours', 'floor', 'floor-audited', 'better-auth', 'bare-nest'];

/**
 * @param {string[]} ids
 * @param {{url: string, client: import('pg').Client, signal: AbortSignal}} database
 * @returns {Promise<Contestant[]>}
 * @throws {UsageError} when there is no built server, or Better Auth cannot be installed
 */
export async function makeContestants(ids, database) {
  const makers = { ours, floor, 'floor-audited': auditedFloor, 'better-auth': betterAuth };
  const made = [];
  for (const id of ids) {
    if (id === 'bare-nest') made.push(bareNest(database));
    else made.push(...[await makers[id](database)].flat());
  }
  return made;
}

async function ours({ url, client, signal }) {
  const script = pathOf('../dist/main.js');
  if (!existsSync(script)) throw new UsageError('There is no built server: run `npm run build`.');
  const keys = await makeOurKeys();
  const env = { ...keys, ...OUR_SETTINGS, DATABASE_URL: url };
  const server = {
    id: 'ours',
    name: 'ours',
    keys,
    works: ['sign-in', ...SECOND_STEPS],
    start: () => startChildServer(script, env, signal),
    openSeeder: () => openOurSeeder(client, keys),
    run: runnerOf(requestToOurs, expectsOfOurs),
  };
  const hash = await bcrypt.hash(PASSWORD, PASSWORD_HASH_COST);
  const check = () => bcrypt.compare(PASSWORD, hash);
  return [server, hashAlone(`bcrypt ${PASSWORD_HASH_COST} alone`, check)];
}

function requestToOurs({ codeOf }, login) {
  if (codeOf !== undefined) return requestToFloor({ codeOf }, login);
  return { path: '/api/auth/login/', body: { username: login.username, password: PASSWORD } };
}

function requestToFloor({ codeOf }, login) {
  const body = { ephemeral_token: login.token, code: codeOf(login) };
  return { path: '/api/auth/login/verify/', body };
}

function expectsOfOurs({ id }) {
  if (id === 'sign-in') return { status: 200, text: '"ephemeral_token":' };
  return id.startsWith('wrong')
    ? { status: 400, text: '"invalid_code"' }
    : { status: 200, text: '"access":' };
}

const floor = (database) => floorOf({ id: 'floor', name: 'floor', works: SECOND_STEPS }, database);

/** It writes an audit event for each wrong code, as ours does; a right one is the same for both. */
const auditedFloor = (database) =>
  floorOf(
    {
      id: 'floor-audited',
      name: 'floor + failure event',
      works: SECOND_STEPS.filter((id) => id.startsWith('wrong')),
    },
    database,
  );

async function floorOf({ id, name, works }, { url, client, signal }) {
  const keys = makeFloorKeys();
  await createFloorTables(client);
  const env = { ...keys, DATABASE_URL: url, FLOOR_AUDITS_FAILURES: String(id === 'floor-audited') };
  return {
    ...{ id, name, works },
    start: () => startChildServer(pathOf('floor.mjs'), env, signal),
    openSeeder: () => openFloorSeeder(client, keys),
    run: runnerOf(requestToFloor, expectsOfOurs),
  };
}

async function betterAuth({ url, client, signal }) {
  await installPeer(signal);
  const { openPeerSeeder, openPasswordCheck } = await import('./peer/seed.mjs');
  const secret = randomBytes(32).toString('base64url');
  const env = {
    NODE_ENV: 'production',
    BETTER_AUTH_TELEMETRY: '0',
    BETTER_AUTH_SECRET: secret,
    DATABASE_URL: url,
  };
  // Its migrations are a command of their own: they are not part of its start.
  const seeder = await openPeerSeeder(client, { databaseUrl: url, secret, password: PASSWORD });
  const server = {
    id: 'better-auth',
    name: 'Better Auth',
    works: ['sign-in', ...SECOND_STEPS],
    start: () => startChildServer(pathOf('peer/server.mjs'), env, signal),
    openSeeder: async () => seeder,
    run: runnerOf(requestToPeer, expectsOfPeer),
  };
  return [server, hashAlone('scrypt alone', await openPasswordCheck(PASSWORD))];
}

/** With cookies it asks for the origin of a page, as a browser sends it. */
function requestToPeer({ id, codeOf }, login, port) {
  if (codeOf === undefined) {
    return { path: '/api/auth/sign-in/email', body: { email: login.email, password: PASSWORD } };
  }
  const route = id.endsWith('backup') ? 'verify-backup-code' : 'verify-totp';
  return {
    path: `/api/auth/two-factor/${route}`,
    headers: { Cookie: login.cookie, Origin: `http://127.0.0.1:${port}` },
    body: { code: codeOf(login) },
  };
}

function expectsOfPeer({ id }) {
  if (id === 'sign-in') return { status: 200, text: '"twoFactorRedirect":true' };
  return id.startsWith('wrong')
    ? { status: 401, text: '"INVALID_' }
    : { status: 200, text: '"token":' };
}

/** It answers no work: only its start and its memory are measured. */
function bareNest({ url, signal }) {
  const env = { NODE_ENV: 'production', DATABASE_URL: url };
  return {
    id: 'bare-nest',
    name: 'bare Nest with TypeORM',
    works: [],
    start: () => startChildServer(pathOf('bare-nest.mjs'), env, signal),
  };
}

/** The hash of a password in this process, beside which a sign-in of one client is read. */
function hashAlone(name, check) {
  return {
    id: name,
    name,
    works: ['sign-in'],
    clients: [1],
    openSeeder: async () => async (count) => Array.from({ length: count }, () => ({})),
    run: async ({ tickets, seconds }) => {
      const latencies = [];
      const startedAt = performance.now();
      const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
      while (tickets.length > 0 && elapsedSeconds() < seconds) {
        tickets.pop();
        const checkedAt = performance.now();
        await check();
        latencies.push(performance.now() - checkedAt);
      }
      return { seconds: elapsedSeconds(), latencies: latencies.sort((a, b) => a - b) };
    },
  };
}

function runnerOf(requestTo, expectsOf) {
  return ({ work, ...load }) =>
    sendRequests({
      ...load,
      makeRequest: (login) => requestTo(work, login, load.port),
      expects: expectsOf(work),
    });
}

function pathOf(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
