import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startChildServer } from '../scripts/child-server.mjs';
import { openDatabase, runProgram, say, UsageError } from './command.mjs';
import { betterAuth, installPeer, peerHashAlone, peerVersion } from './contestants/better-auth.mjs';
import { auditedFloor, floor } from './contestants/floor.mjs';
import { ourHashAlone, ours } from './contestants/ours.mjs';
import { residentMibOf } from './measure.mjs';

/**
 * @typedef {import('../scripts/child-server.mjs').ChildServer} ChildServer
 * @typedef {import('./command.mjs').Database} Database
 * @typedef {import('./works.mjs').Work} Work
 * @typedef {import('./works.mjs').Ticket} Ticket
 * @typedef {(count: number, work: Work) => Promise<Ticket[]>} Seeder makes tickets for a work
 */

/**
 * One of those that are measured in turn.
 *
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} name as the tables have it
 * @property {string[]} works ids of what it can do
 * @property {number[]} [clients] the only numbers of clients that it is measured at
 * @property {(more?: Record<string, string>) => Promise<ChildServer>} [start] starts one more process;
 *   the first one creates the tables that it needs. Absent: it runs in this process
 * @property {(server: ChildServer) => Promise<Seeder>} [openSeeder] of the first process
 * @property {(load: import('./measure.mjs').Load) => Promise<import('./measure.mjs').Taken>} [run]
 * @property {import('pg').Client} [database] where its tables are
 * @property {string} [databaseUrl]
 * @property {ChildServer} [server] once it is started
 * @property {Seeder} [seed] once its seeder is open
 * @property {Record<string, Ticket[]>} [tickets] that are not used yet, by their pool
 */

/**
 * The values of `--servers` in the order of the reports, and what is measured for each.
 *
 * @type {Record<string, ((database: Database) => Contestant | Promise<Contestant>)[]>}
 */
const MAKERS = {
  ours: [ours, ourHashAlone],
  floor: [floor],
  'floor-audited': [auditedFloor],
  'better-auth': [betterAuth, peerHashAlone],
  'bare-nest': [bareNest],
};

export const SERVERS = Object.keys(MAKERS);

/** After this time the memory of an idle process no longer changes. */
const IDLE_SECONDS = 3;

/** @param {Database} database */
function placeOf({ client, url }) {
  return { database: client, databaseUrl: url };
}

/**
 * @param {{servers: string[], against: string | undefined, databaseUrl: string}} options `servers`
 *   are ids of {@link SERVERS}; `against` is an earlier commit
 * @param {Database} database
 * @param {import('./command.mjs').Context} context
 * @returns {Promise<Contestant[]>}
 * @throws {UsageError} when there is no built server, or another one cannot be installed
 */
export async function makeContestants({ servers, against, databaseUrl }, database, context) {
  if (servers.includes('better-auth')) await installPeer(database.signal);
  /** @type {Contestant[]} */
  const contestants = [];
  // One after the other, because they create tables.
  for (const make of servers.flatMap((id) => MAKERS[id] ?? [])) {
    contestants.push({ ...placeOf(database), ...(await make(database)) });
  }
  if (against === undefined) return contestants;
  const ours = contestants.filter(({ id }) => id === 'ours');
  const others = contestants.filter(({ id }) => id !== 'ours');
  return [...ours, await before(against, { databaseUrl }, context), ...others];
}

const SERVER = fileURLToPath(new URL('./bare-nest.mjs', import.meta.url));

/**
 * A server without work: only its start and its memory are measured.
 *
 * @param {Database} database
 * @returns {Contestant}
 */
function bareNest({ url, signal }) {
  const env = { NODE_ENV: 'production', DATABASE_URL: url };
  return {
    id: 'bare-nest',
    name: 'bare Nest with TypeORM',
    works: [],
    start: () => startChildServer(SERVER, env, signal),
  };
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/**
 * What an earlier commit is measured by: its own module of this path, which fills its own tables and
 * knows its own routes. So the path, `ours` and the members of its contestant stay as they are.
 */
const CONTESTANT = 'bench/contestants/ours.mjs';

/**
 * The server of an earlier commit, built in a folder of its own, on a database of its own. The end
 * removes both.
 *
 * @param {string} commit
 * @param {{databaseUrl: string}} options
 * @param {import('./command.mjs').Context} context
 * @returns {Promise<Contestant>}
 * @throws {UsageError} when there is no such commit, it cannot be built, or it has no benchmark
 */
async function before(commit, { databaseUrl }, context) {
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-mfa-before-'));
  context.cleanup.push(() => rm(folder, { recursive: true, force: true }));
  await build(await resolveCommit(commit, context.signal), folder, context.signal);
  const database = await openDatabase(databaseUrl, context);
  const { ours } = await import(pathToFileURL(join(folder, CONTESTANT)).href);
  const place = { database: database.client, databaseUrl: database.url };
  return { ...(await ours(database)), id: 'before', name: 'before', ...place };
}

/**
 * The whole hash of a commit.
 *
 * @param {string} commit
 * @param {AbortSignal} signal
 */
export async function resolveCommit(commit, signal) {
  // A name that begins with a dash would be an option.
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`];
  try {
    return (await runProgram('git', args, { cwd: ROOT, signal })).trim();
  } catch (cause) {
    throw new UsageError(`--against: there is no commit ${commit}.`, { cause });
  }
}

/**
 * @param {string} hash
 * @param {string} folder empty
 * @param {AbortSignal} signal
 */
async function build(hash, folder, signal) {
  const archive = join(folder, 'commit.tar');
  say(`Building ${hash.slice(0, 7)} in ${folder} (npm ci, npm run build) …`);
  await runProgram('git', ['archive', '--output', archive, hash], { cwd: ROOT, signal });
  await runProgram('tar', ['-xf', archive], { cwd: folder, signal });
  const install = ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await runProgram('npm', install, { cwd: folder, signal });
  await runProgram('npm', ['run', 'build'], { cwd: folder, signal });
}

/**
 * The machine of the measurement: the numbers hold for it alone.
 *
 * @param {import('pg').Client} database
 */
export async function describeMachine(database) {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    loadAtStart: Number(loadavg()[0]?.toFixed(2)),
    fsync: await settingOf(database, 'fsync'),
    synchronousCommit: await settingOf(database, 'synchronous_commit'),
    sharedBuffers: await settingOf(database, 'shared_buffers'),
  };
}

/**
 * The versions of what was measured.
 *
 * @param {import('pg').Client} database
 */
export async function describeVersions(database) {
  return {
    'nestjs-mfa': versionOf('../package.json'),
    'Better Auth': peerVersion(),
    'Node.js': process.versions.node,
    PostgreSQL: (await settingOf(database, 'server_version')).replace(/ .*/, ''),
    Nest: versionOf('../node_modules/@nestjs/core/package.json'),
    Fastify: versionOf('../node_modules/fastify/package.json'),
    TypeORM: versionOf('../node_modules/typeorm/package.json'),
    pg: versionOf('../node_modules/pg/package.json'),
  };
}

/**
 * @param {import('pg').Client} database
 * @param {string} name
 * @returns {Promise<string>}
 */
async function settingOf(database, name) {
  return (await database.query(`SHOW ${name}`)).rows[0][name];
}

/**
 * @param {string} path
 * @returns {string}
 */
function versionOf(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
}

/**
 * Starts one more process of each in turn, on the existing database, and stops it again.
 *
 * @param {Contestant[]} contestants
 * @param {{rounds: number, signal: AbortSignal}} options
 * @returns {Promise<{server: string, round: number, startMs: number, idleMib: number | null}[]>}
 *   `startMs` is the time from the start of the process until it is ready
 */
export async function measureStarts(contestants, { rounds, signal }) {
  const starts = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, start } of contestants) {
      if (start === undefined) continue;
      const server = await start();
      try {
        await setTimeout(IDLE_SECONDS * 1000, undefined, { signal });
        const idleMib = await residentMibOf(server.pid);
        starts.push({ server: name, round, startMs: server.startMilliseconds, idleMib });
        say(`start ${round} of ${rounds}  ${server.startMilliseconds.toFixed(0)} ms: ${name}`);
      } finally {
        await server.stop();
      }
    }
  }
  return starts;
}
