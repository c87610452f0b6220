import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const START_TIMEOUT_SECONDS = 30;
const LOOK_EVERY_MILLISECONDS = 50;

/**
 * PostgreSQL refuses to run as root, so root runs it as its own user.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {[program: string, args: string[]]}
 */
export function asPostgres(program, args) {
  return process.getuid?.() === 0
    ? ['runuser', ['-u', 'postgres', '--', program, ...args]]
    : [program, args];
}

/**
 * Runs a program to its end. @throws {Error} with its output when it fails
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} options
 */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const parts = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part));
  // Not 'close': a server that the program starts keeps the output open.
  const [code] = await once(child, 'exit');
  if (code === 0) return parts.join('');
  throw new Error(`${program} ended with ${code}.\n${parts.join('')}`);
}

/**
 * Starts a program that keeps running, and waits until it listens on a loopback port.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {number} port
 */
export async function startDaemon(program, args, port) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const parts = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part));
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => endChild(child, signal);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (child.exitCode !== null || tries * LOOK_EVERY_MILLISECONDS > START_TIMEOUT_SECONDS * 1000) {
      await end('SIGKILL');
      throw new Error(`${program} did not start.\n${parts.join('')}`);
    }
    await setTimeout(LOOK_EVERY_MILLISECONDS);
  }
  return { end };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
async function endChild(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** @param {number} port */
async function listens(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
