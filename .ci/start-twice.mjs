/* global fetch, AbortSignal */
/*
 * Starts the server in a folder by the README's command, twice:
 *
 *   node .ci/start-twice.mjs <folder>
 *
 * The first start makes keys and a database; the second has to find the account of the first.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** @typedef {ReturnType<typeof start>} Running */

const START_TIMEOUT_SECONDS = 120;
const STOP_TIMEOUT_SECONDS = 20;
const API_LINE = /API +(http:\/\/\S+)/;

/**
 * `npm start` on a port that the system chooses. It is a process group, which is ended as one.
 *
 * @param {string} folder
 */
function start(folder) {
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  /** @type {string[]} */
  const output = [];
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    output.push(String(chunk));
  });
  return { child, ended: once(child, 'close'), read: () => output.join('') };
}

/** @param {Running['child']} child */
function pidOf({ pid }) {
  if (pid === undefined) throw new Error('npm could not be started.');
  return pid;
}

/** @param {Running} server */
async function waitForAddress({ child, read }) {
  for (let quarter = 0; quarter < START_TIMEOUT_SECONDS * 4; quarter += 1) {
    assert.equal(child.exitCode, null, 'the server goes on running');
    const [, api] = API_LINE.exec(read()) ?? [];
    if (api !== undefined) return api;
    await setTimeout(250);
  }
  throw new Error(`No address was printed within ${START_TIMEOUT_SECONDS} seconds.`);
}

/** @param {Running} server */
async function stop({ child, ended }) {
  if (child.exitCode !== null) return;
  process.kill(-pidOf(child), 'SIGTERM');
  const inTime = setTimeout(STOP_TIMEOUT_SECONDS * 1000, 'late', { ref: false });
  if ((await Promise.race([ended, inTime])) !== 'late') return;
  process.kill(-pidOf(child), 'SIGKILL');
  throw new Error(`The server did not stop within ${STOP_TIMEOUT_SECONDS} seconds.`);
}

/**
 * @param {string} folder
 * @param {(api: string) => Promise<void>} use
 */
async function whileRunning(folder, use) {
  const server = start(folder);
  const endWithUs = () => process.kill(-pidOf(server.child), 'SIGKILL') && process.exit(1);
  process.once('SIGTERM', endWithUs);
  try {
    await use(await waitForAddress(server));
  } finally {
    await stop(server);
    process.off('SIGTERM', endWithUs);
  }
}

/**
 * @param {string} url
 * @param {object} body
 */
async function post(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  return answer.status;
}

const folder = process.argv[2];
assert.ok(folder, 'Name the folder of a clone.');
const credentials = {
  username: `u${randomBytes(5).toString('hex')}`,
  password: randomBytes(12).toString('base64url'),
};
const email = `${credentials.username}@example.org`;

await whileRunning(folder, async (api) => {
  assert.equal(await post(`${api}/registration/`, { ...credentials, email }), 201);
});
await whileRunning(folder, async (api) => {
  assert.equal(await post(`${api}/login/`, credentials), 200);
});
console.log(
  'The server started twice, and the account of the first start signed in at the second.',
);
