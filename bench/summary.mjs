import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { peerVersion } from './contestants/better-auth.mjs';
import { OUR_HASH_ALONE } from './contestants/ours.mjs';
import { median, medianIfKnown, round, roundedSpread, spreadOf } from './measure.mjs';

const OURS = 'ours';
/** The servers whose sign-ins are compared with the hash of their passwords alone. */
/** @type {Record<string, string>} */
const HASHES = { ours: OUR_HASH_ALONE, 'Better Auth': 'scrypt alone' };

/**
 * @typedef {import('./measure.mjs').NumberedRun} NumberedRun
 * @typedef {import('./measure.mjs').Run} Run
 * @typedef {import('./measure.mjs').Spread} Spread
 * @typedef {object} Measured
 * @property {{server: string, startMs: number, idleMib: number | null}[]} starts
 * @property {NumberedRun[]} runs
 * @property {{server: string, residentMib: number | null}[]} afterwards
 * @property {import('./statements.mjs').Statements[]} statements
 * @property {{work: string, server: string}[]} lacks works that a server does not do
 * @property {{alone: Run, beside: Run}[]} besideSignIns
 * @property {{one: number, two: number}[]} processes
 */

/**
 * Medians over the rounds of one measurement; `ratio` is our throughput divided by this one's.
 *
 * @typedef {{clients: number, work: string, server: string, perSecond: number, p50: number,
 *   p95: number, p99: number, cpuMs: number | null, ratio: Spread | null}} Row
 */

/**
 * A whole run, as docs/bench.json has it.
 *
 * @typedef {ReturnType<typeof summarize> & {command: string, startedAt: string, clients: number[],
 *   rounds: number, requests: number, seconds: number,
 *   machine: Awaited<ReturnType<typeof describeMachine>>,
 *   versions: Awaited<ReturnType<typeof describeVersions>>}} RunSummary
 */

/**
 * Medians over the rounds, and ratios within each round, of everything measured.
 *
 * @param {Measured} measured
 */
export function summarize({ starts, runs, afterwards, besideSignIns, processes, ...measured }) {
  return {
    rows: summarizeRuns(runs),
    lacks: measured.lacks,
    statements: measured.statements,
    backupShape: summarizeBackupShape(runs),
    signIns: summarizeSignIns(runs),
    servers: summarizeServers(starts, afterwards),
    besideSignIns: summarizeBeside(besideSignIns),
    processes: summarizeProcesses(processes),
  };
}

/**
 * @param {NumberedRun[]} runs
 * @returns {Row[]}
 */
function summarizeRuns(runs) {
  // In the order of the first round.
  const firsts = runs.filter(
    (run, index) => runs.findIndex((other) => isSame(other, run)) === index,
  );
  return firsts.map((first) => {
    const { clients, work, server } = first;
    const own = runs.filter((run) => isSame(run, first));
    return {
      ...{ clients, work, server },
      perSecond: round(median(own.map(({ perSecond }) => perSecond)), 3),
      p50: round(median(own.map(({ p50 }) => p50)), 3),
      p95: round(median(own.map(({ p95 }) => p95)), 3),
      p99: round(median(own.map(({ p99 }) => p99)), 3),
      cpuMs: medianIfKnown(
        own.map(({ cpuMs }) => cpuMs),
        3,
      ),
      ratio: ratioOf(first, own, runs),
    };
  });
}

/**
 * @param {NumberedRun} one
 * @param {NumberedRun} other
 */
function isSame(one, other) {
  return one.clients === other.clients && one.work === other.work && one.server === other.server;
}

/**
 * @param {NumberedRun} first
 * @param {NumberedRun[]} own
 * @param {NumberedRun[]} runs
 */
function ratioOf({ server }, own, runs) {
  if (server === OURS || Object.values(HASHES).includes(server)) return null;
  const ratios = own.flatMap(({ work, clients, round: number, perSecond }) => {
    const ours = runs.find(
      (run) =>
        run.server === OURS && run.work === work && run.clients === clients && run.round === number,
    );
    return ours === undefined ? [] : [ours.perSecond / perSecond];
  });
  return ratios.length === 0 ? null : roundedSpread(spreadOf(ratios));
}

/**
 * Our throughput of wrong codes of backup shape by that of wrong ones of the app, in the same round.
 *
 * @param {NumberedRun[]} runs
 */
function summarizeBackupShape(runs) {
  const own = runs.filter(({ server }) => server === OURS);
  const shapes = own.filter(({ work }) => work === 'wrong-backup');
  return [...new Set(shapes.map(({ clients }) => clients))].flatMap((clients) => {
    const wrong = own.filter((run) => run.work === 'wrong' && run.clients === clients);
    const ratios = wrong.flatMap(({ round: number, perSecond }) => {
      const shape = shapes.find((run) => run.clients === clients && run.round === number);
      return shape === undefined ? [] : [shape.perSecond / perSecond];
    });
    return ratios.length === 0 ? [] : [{ clients, ratio: roundedSpread(spreadOf(ratios)) }];
  });
}

/**
 * The time of a sign-in without the hash of the password, in the same round.
 *
 * @param {NumberedRun[]} runs
 */
function summarizeSignIns(runs) {
  const own = runs.filter(({ work, clients }) => work === 'sign-in' && clients === 1);
  return Object.entries(HASHES).flatMap(([server, hash]) => {
    const signIns = own.filter((run) => run.server === server);
    const hashes = own.filter((run) => run.server === hash);
    if (signIns.length === 0 || hashes.length === 0) return [];
    const over = signIns.flatMap((signIn) => {
      const alone = hashes.find((run) => run.round === signIn.round);
      return alone === undefined ? [] : [signIn.p50 - alone.p50];
    });
    return {
      server,
      signInMs: round(median(signIns.map(({ p50 }) => p50)), 2),
      hashMs: round(median(hashes.map(({ p50 }) => p50)), 2),
      overMs: roundedSpread(spreadOf(over)),
    };
  });
}

/**
 * Start and idle memory of processes without load, and memory of the measured ones.
 *
 * @param {Measured['starts']} starts
 * @param {Measured['afterwards']} afterwards
 */
function summarizeServers(starts, afterwards) {
  const names = new Set([...starts, ...afterwards].map(({ server }) => server));
  return [...names].map((server) => {
    const own = starts.filter((start) => start.server === server);
    const after = afterwards.find((reading) => reading.server === server);
    return {
      server,
      startMs: medianIfKnown(
        own.map(({ startMs }) => startMs),
        0,
      ),
      idleMib: medianIfKnown(
        own.map(({ idleMib }) => idleMib),
        1,
      ),
      afterwardsMib: medianIfKnown([after?.residentMib ?? null], 1),
    };
  });
}

/** @param {Measured['besideSignIns']} results */
function summarizeBeside(results) {
  if (results.length === 0) return null;
  return {
    aloneP95: round(median(results.map(({ alone }) => alone.p95)), 2),
    besideP95: round(median(results.map(({ beside }) => beside.p95)), 2),
    ratio: roundedSpread(spreadOf(results.map(({ alone, beside }) => beside.p95 / alone.p95))),
  };
}

/** @param {Measured['processes']} results */
function summarizeProcesses(results) {
  if (results.length === 0) return null;
  return {
    one: round(median(results.map(({ one }) => one)), 1),
    two: round(median(results.map(({ two }) => two)), 1),
    ratio: roundedSpread(spreadOf(results.map(({ one, two }) => two / one))),
  };
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
