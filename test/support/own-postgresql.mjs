import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findFreePort } from '../../scripts/find-free-port.mjs';

const run = promisify(execFile);

/** Debian keeps the server's programs out of PATH, in a folder for each version. */
const DEBIAN = '/usr/lib/postgresql';

/** It loses nothing by not waiting for disks: it ends with the run. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '400',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  lc_messages: 'C',
};

/** Runs a command until its input ends, as it also does when this process is killed. */
const UNTIL_INPUT_ENDS =
  'exec 3<&0; "$@" & server=$!; { read -r _ <&3; kill -QUIT $server; } & wait $server';

/**
 * Starts a PostgreSQL of this run alone, where the machine has its programs.
 *
 * @param folder an existing folder, in which it keeps its data
 * @returns null where there are none, or they do not start
 */
export async function startOwnPostgresql(folder) {
  const programs = await findPrograms();
  if (programs === null) return null;
  try {
    return await start(programs, folder);
  } catch (error) {
    console.warn(`The PostgreSQL in ${programs} did not start: ${error.message}`);
    return null;
  }
}

async function findPrograms() {
  const versions = await readdir(DEBIAN).catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a));
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const folder of [...folders, ...newest.map((version) => join(DEBIAN, version, 'bin'))]) {
    const files = await readdir(folder).catch(() => []);
    if (files.includes('initdb') && files.includes('postgres')) return folder;
  }
  return null;
}

async function start(programs, folder) {
  const user = await userOfServer();
  const data = join(folder, 'postgresql');
  await mkdir(data);
  if ('uid' in user) {
    await chown(data, user.uid, user.gid);
    await chmod(folder, 0o711);
  }
  const options = { ...user, cwd: '/' };
  const trust = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  await run(join(programs, 'initdb'), ['-D', data, ...trust], options);
  const port = await findFreePort();
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [join(programs, 'postgres'), '-D', data, ...settings];
  const child = spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'sh', ...command], {
    ...options,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  await untilReady(child);
  const stop = async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

/** PostgreSQL refuses to run as root. */
async function userOfServer() {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Reads what it logs, to its end: else its log would fill the pipe. */
function untilReady(child) {
  return new Promise((ready, fail) => {
    const lines = [];
    createInterface(child.stderr).on('line', (line) => {
      if (lines.length < 20) lines.push(line);
      if (line.includes('ready to accept connections')) ready();
    });
    child.once('error', fail);
    child.once('exit', () => fail(new Error(lines.join('\n'))));
  });
}
