import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';
import { bootstrap } from '../../src/server/bootstrap.js';
import { start } from '../../src/server/start.js';
import { compiledPath } from './compiled-sources.js';
import { ROOT } from './documents.js';

/** The exit code and the output of a program. */
export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of the sources, running as a child process. */
export interface RunningScript {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The environment of a child process: only `PATH` comes from this process. */
export function sourceEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'test',
    ...environment,
  };
}

/**
 * Starts a program of the sources.
 *
 * @param command its path in the repository, and its arguments
 * @param environment its whole environment, except what Node needs
 */
export function startScript(
  [script, ...args]: readonly [script: string, ...args: string[]],
  environment: Readonly<Record<string, string>>,
): RunningScript {
  const child = spawn(process.execPath, [compiledPath(script), ...args], {
    env: sourceEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { process: child, ended: endOf(child, child.stdout, child.stderr) };
}

/** Runs a program of the sources to its end. */
export function runScript(
  command: readonly [script: string, ...args: string[]],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return startScript(command, environment).ended;
}

let commandsHere = 0;

/**
 * Runs a command of the sources to its end in this process, which has its modules loaded: another
 * process takes seconds for them. It sees no environment but the one given.
 */
export function runCommandHere(
  [script, ...args]: readonly [script: string, ...args: string[]],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return runHere([script, ...args], environment, async () => {
    await import(`${pathToFileURL(join(ROOT, script)).href}?${++commandsHere}`);
  });
}

/** Starts the server as `src/main.ts` does, in this process: for starts that fail. */
export function runFailingStartHere(environment: Readonly<Record<string, string>>): Promise<Ended> {
  const { stderr } = process;
  const exit = (code: number) => (process.exitCode = code);
  return runHere([], environment, () => bootstrap(start, { stderr, exit }));
}

async function runHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<Ended> {
  const { env, argv, exitCode } = process;
  const [stdout, stderr] = [kept(process.stdout), kept(process.stderr)];
  process.env = sourceEnvironment(environment);
  process.argv = [process.execPath, ...args];
  process.exitCode = undefined;
  try {
    await work();
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    Object.assign(process, { env, argv, exitCode });
    stdout.release();
    stderr.release();
  }
}

/** Keeps what is written to a stream, and lets none of it through. */
function kept(stream: NodeJS.WriteStream) {
  const parts: string[] = [];
  const spy = jest
    .spyOn(stream, 'write')
    .mockImplementation((part) => parts.push(String(part)) > 0);
  return { text: () => parts.join(''), release: () => spy.mockRestore() };
}

async function endOf(child: ChildProcess, stdout: Readable, stderr: Readable): Promise<Ended> {
  const [said, complained] = [textOf(stdout), textOf(stderr)];
  await once(child, 'close');
  return { code: child.exitCode, stdout: said(), stderr: complained() };
}

function textOf(stream: Readable): () => string {
  const parts: string[] = [];
  stream.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  return () => parts.join('');
}
