import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { findFreePort } from './find-free-port.mjs';

const START_TIMEOUT_SECONDS = 60;
const PROBE_INTERVAL_MILLISECONDS = 20;
const STOP_TIMEOUT_SECONDS = 15;
const PROBE_TIMEOUT_MILLISECONDS = 3_000;

/**
 * A server that runs as a child process.
 *
 * @typedef {object} ChildServer
 * @property {number} port on the loopback
 * @property {number} pid
 * @property {number} startMilliseconds from the start of the process until it was ready
 * @property {() => string} output everything that it has printed so far
 * @property {Promise<number | null>} ended its exit code once it has ended; null if a signal killed it
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server as a child process on the loopback, in a new folder.
 *
 * @param {string} script path of its main file
 * @param {Record<string, string | undefined>} env its whole environment except `HOST`; without a
 *   `PORT` it gets a free one. It must listen there and answer 200 at `/health/ready`
 * @param {AbortSignal} [signal] aborts the wait
 * @returns {Promise<ChildServer>}
 */
export async function startChildServer(script, env, signal) {
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-mfa-'));
  const port = Number(env.PORT ?? (await findFreePort()));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...process.execArgv, script], {
    cwd: directory,
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} could not be started.`);
  // Kills the child if this process ends without stopping it.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const ended = once(child, 'exit').then(([code]) => code);
  /** @type {Buffer[]} */
  const parts = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part));
  const output = () => Buffer.concat(parts).toString();
  const stop = () => stopServer(child, directory);
  try {
    await waitUntilReady(port, child, signal);
  } catch (cause) {
    await stop();
    throw signal?.aborted ? cause : new Error(`${script} did not start.\n${output()}`, { cause });
  }
  const startMilliseconds = performance.now() - startedAt;
  return { port, pid, startMilliseconds, output, ended, stop };
}

/**
 * @param {number} port
 * @param {import('node:child_process').ChildProcess} child
 * @param {AbortSignal} [signal]
 */
async function waitUntilReady(port, child, signal) {
  const giveUpAt = performance.now() + START_TIMEOUT_SECONDS * 1000;
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
    if (await isReady(port)) return;
    await setTimeout(PROBE_INTERVAL_MILLISECONDS, undefined, signal && { signal });
  }
  throw new Error(`It was not ready after ${START_TIMEOUT_SECONDS} seconds.`);
}

/** @param {number} port */
async function isReady(port) {
  const request = get({ port, path: '/health/ready', timeout: PROBE_TIMEOUT_MILLISECONDS });
  request.on('timeout', () => request.destroy());
  try {
    const [response] = await once(request, 'response');
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} directory
 */
async function stopServer(child, directory) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const inTime = setTimeout(STOP_TIMEOUT_SECONDS * 1000, false, { ref: false });
    if ((await Promise.race([ended, inTime])) === false) child.kill('SIGKILL');
    await ended;
  }
  await rm(directory, { recursive: true, force: true });
}
