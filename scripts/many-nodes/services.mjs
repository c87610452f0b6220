import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { once } from 'node:events';
import { findFreePort } from '../find-free-port.mjs';
import { asPostgres, run, startDaemon } from './processes.mjs';

const NGINX_CONFIG = new URL('../../deploy/nginx/nginx.conf', import.meta.url);

/**
 * A PostgreSQL that loses nothing at a restart, as in production.
 *
 * @param {string} folder
 */
export async function startPostgresql(folder) {
  const programs = await postgresqlPrograms();
  const port = await findFreePort();
  const data = join(folder, 'postgresql');
  await mkdir(data);
  if (process.getuid?.() === 0) await run('chown', ['postgres', data]);
  /** @type {(name: string, ...args: string[]) => Promise<string>} */
  const call = (name, ...args) => {
    const [program, all] = asPostgres(join(programs, name), args);
    return run(program, all, { cwd: folder });
  };
  await call('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  const options = `-p ${port} -h 127.0.0.1 -c unix_socket_directories='' -c max_connections=100`;
  /** @param {string[]} args */
  const control = (...args) => call('pg_ctl', ...args, '-w', '-s', '-D', data);
  await control('start', '-l', join(data, 'log'), '-o', options);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    /** @param {string} mode */
    stop: (mode) => control('stop', '-m', mode),
    start: () => control('start', '-l', join(data, 'log'), '-o', options),
  };
}

/** Debian installs the server's programs outside PATH, in a folder for each version. */
async function postgresqlPrograms() {
  const found = spawnSync('which', ['initdb'], { encoding: 'utf8' }).stdout.trim();
  if (found !== '') return dirname(found);
  const versions = await readdir('/usr/lib/postgresql');
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return join('/usr/lib/postgresql', newest ?? '', 'bin');
}

/**
 * A Redis without persistence, which restarts empty on the same port.
 *
 * @param {string} folder
 */
export async function startRedis(folder) {
  const port = await findFreePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const start = () => startDaemon('redis-server', args, port);
  let daemon = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => daemon.end('SIGKILL'),
    start: async () => {
      daemon = await start();
    },
  };
}

/** The address of a proxy in front of nginx, which may name the client. */
export const TLS_PROXY = '127.9.0.1';

/**
 * The nginx of docker-compose.yml on a free port, in front of servers on these ports.
 *
 * @param {string} folder
 * @param {number[]} serverPorts
 */
export async function startNginx(folder, serverPorts) {
  const port = await findFreePort();
  const own = join(folder, 'nginx');
  await mkdir(own);
  // If root starts nginx, its workers run as another user.
  await chmod(own, 0o711);
  const config = (await readFile(NGINX_CONFIG, 'utf8'))
    .replaceAll('/tmp/nginx', own)
    .replaceAll('/etc/nginx', own)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`);
  const servers = serverPorts.map((at) => `server 127.0.0.1:${at} max_fails=0;\n`);
  await writeFile(join(own, 'nginx.conf'), config);
  await writeFile(join(own, 'servers.conf'), servers.join(''));
  await writeFile(join(own, 'proxies.conf'), `set_real_ip_from ${TLS_PROXY};\n`);
  const args = ['-p', own, '-e', join(own, 'error.log'), '-c', join(own, 'nginx.conf')];
  const { end } = await startDaemon('nginx', args, port);
  return { port, stop: () => end('SIGTERM') };
}

/** Accepts every mail and stores none. */
export async function startMailSink() {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => stream.on('end', done).resume(),
  });
  // Clients killed in the middle of a mail are part of the test.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve(null))),
  };
}
