import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { peerVersion } from './contestants/better-auth.mjs';
import { OUR_SETTINGS } from './contestants/ours.mjs';
import {
  cellsOfMeasures,
  nameOfWork,
  textOfFacts,
  textOfNumber,
  textOfSpread,
} from './markdown.mjs';
import { median, round, roundedSpread, spreadOf } from './measure.mjs';

const MEASURES = ['perSecond', 'p50', 'p95', 'p99', 'cpuMs'];
const OURS = 'ours';
/** The servers whose sign-ins are compared with the hash of their passwords alone. */
const HASHES = { ours: 'bcrypt 12 alone', 'Better Auth': 'scrypt alone' };

/**
 * Medians over the rounds, and ratios within each round, of all that was measured.
 *
 * @typedef {{median: number, least: number, greatest: number}} Spread
 * @typedef {{clients: number, work: string, server: string, perSecond: number, p50: number,
 *   p95: number, p99: number, cpuMs: number | null, ratio: Spread | null}} Row `ratio` is our
 *   throughput by this one's
 */
export function summarize({ starts, runs, afterwards, besideSignIns, processes }) {
  return {
    rows: summarizeRuns(runs),
    signIns: summarizeSignIns(runs),
    servers: summarizeServers(starts, afterwards),
    besideSignIns: summarizeBeside(besideSignIns),
    processes: summarizeProcesses(processes),
  };
}

function summarizeRuns(runs) {
  const keyOf = ({ clients, work, server }) => [clients, work, server].join('\n');
  // In the order of the first round.
  const groups = new Map(runs.map((run) => [keyOf(run), []]));
  for (const run of runs) groups.get(keyOf(run)).push(run);
  return [...groups.values()].map((own) => {
    const [{ clients, work, server }] = own;
    const medians = MEASURES.map((name) => [name, round(median(own.map((run) => run[name])), 3)]);
    return { clients, work, server, ...Object.fromEntries(medians), ratio: ratioOf(own, runs) };
  });
}

function ratioOf(own, runs) {
  const isHash = Object.values(HASHES).includes(own[0].server);
  if (own[0].server === OURS || isHash) return null;
  const ratios = own.flatMap((theirs) => {
    const isOurs = (run) =>
      run.server === OURS && ['work', 'clients', 'round'].every((key) => run[key] === theirs[key]);
    const ours = runs.find(isOurs);
    return ours === undefined ? [] : [ours.perSecond / theirs.perSecond];
  });
  return ratios.length === 0 ? null : roundedSpread(spreadOf(ratios));
}

/** The time of a sign-in without the hash of the password, in the same round. */
function summarizeSignIns(runs) {
  const own = runs.filter(({ work, clients }) => work === 'sign-in' && clients === 1);
  return Object.entries(HASHES).flatMap(([server, hash]) => {
    const signIns = own.filter((run) => run.server === server);
    const hashes = own.filter((run) => run.server === hash);
    if (signIns.length === 0 || hashes.length === 0) return [];
    const over = signIns.map((signIn) => {
      const alone = hashes.find((run) => run.round === signIn.round);
      return signIn.p50 - alone.p50;
    });
    return {
      server,
      signInMs: round(median(signIns.map(({ p50 }) => p50)), 2),
      hashMs: round(median(hashes.map(({ p50 }) => p50)), 2),
      overMs: roundedSpread(spreadOf(over)),
    };
  });
}

/** Start and idle memory of processes without load, and memory of the measured ones. */
function summarizeServers(starts, afterwards) {
  const names = new Set([...starts, ...afterwards].map(({ server }) => server));
  return [...names].map((server) => {
    const own = starts.filter((start) => start.server === server);
    const after = afterwards.find((reading) => reading.server === server);
    return {
      server,
      startMs: round(median(own.map(({ startMs }) => startMs)), 0),
      idleMib: round(median(own.map(({ idleMib }) => idleMib)), 1),
      afterwardsMib: round(after?.residentMib ?? null, 1),
    };
  });
}

function summarizeBeside(results) {
  if (results.length === 0) return null;
  return {
    aloneP95: round(median(results.map(({ alone }) => alone.p95)), 2),
    besideP95: round(median(results.map(({ beside }) => beside.p95)), 2),
    ratio: roundedSpread(spreadOf(results.map(({ alone, beside }) => beside.p95 / alone.p95))),
  };
}

function summarizeProcesses(results) {
  if (results.length === 0) return null;
  return {
    one: round(median(results.map(({ one }) => one)), 1),
    two: round(median(results.map(({ two }) => two)), 1),
    ratio: roundedSpread(spreadOf(results.map(({ one, two }) => two / one))),
  };
}

const NOTES = `
Every request has a login of its own: no code is tried twice, no budget is used up.
CPU ms is the time of the server's process for one request, which is also the seconds for 1,000;
PostgreSQL's and the client's are not in it. ours / this is the ratio of the throughputs in the same
round: median (least–greatest). What each server does for a request is told in docs/performance.md.`;

/** The whole summary as text for a terminal. */
export function renderText(summary) {
  const tables = [
    ...tablesOfRows(summary.rows),
    tableOfServers(summary.servers),
    linesOfExtras(summary),
  ];
  return [describe(summary), ...tables.filter((text) => text !== ''), NOTES].join('\n\n');
}

function describe({ command, startedAt, rounds, requests, seconds, machine, versions }) {
  const settings = Object.entries(OUR_SETTINGS).map(([name, value]) => `${name}=${value}`);
  return [
    `${command}  ${startedAt}`,
    `${rounds} rounds of at most ${requests} requests or ${seconds} s each`,
    textOfFacts(machine),
    textOfFacts(versions),
    `Settings of ours: ${settings.join(' ')}, all else as it is by default.`,
  ].join('\n');
}

function tablesOfRows(rows) {
  const numbers = [...new Set(rows.map(({ clients }) => clients))];
  return numbers.map((clients) => {
    const own = rows.filter((row) => row.clients === clients);
    const cells = own.map((row) => [nameOfWork(row.work), row.server, ...cellsOfMeasures(row)]);
    const title = `${clients} client${clients === 1 ? '' : 's'}`;
    return alignTable([
      [title, 'server', 'per s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms', 'ours / this'],
      ...cells,
    ]);
  });
}

function tableOfServers(servers) {
  if (servers.length === 0) return '';
  const cells = servers.map(({ server, startMs, idleMib, afterwardsMib }) => [
    'process',
    server,
    ...[startMs, idleMib, afterwardsMib].map(textOfNumber),
  ]);
  return alignTable([['', 'server', 'start ms', 'idle MiB', 'after load MiB'], ...cells]);
}

function linesOfExtras({ signIns, besideSignIns, processes }) {
  const lines = signIns.map(
    ({ server, signInMs, hashMs, overMs }) =>
      `sign-in, 1 client, ${server}: ${signInMs.toFixed(1)} ms, hash alone ${hashMs.toFixed(1)} ms, difference ${textOfSpread(overMs)} ms`,
  );
  if (besideSignIns !== null) {
    const { aloneP95, besideP95, ratio } = besideSignIns;
    lines.push(
      `p95 of a right code, 8 clients: ${aloneP95} ms alone, ${besideP95} ms during 8 sign-ins at once: ${textOfSpread(ratio)}`,
    );
  }
  if (processes !== null) {
    const { one, two, ratio } = processes;
    lines.push(
      `right codes per second, 16 clients: ${one} at one process, ${two} at two: ${textOfSpread(ratio)}`,
    );
  }
  return lines.join('\n');
}

/** @param {string[][]} lines the first two columns are words */
export function alignTable(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const pad = (cell, column) =>
    column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** The machine of the measurement: the numbers hold for it alone. */
export async function describeMachine(database) {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    loadAtStart: Number(loadavg()[0].toFixed(2)),
    fsync: await settingOf(database, 'fsync'),
    synchronousCommit: await settingOf(database, 'synchronous_commit'),
    sharedBuffers: await settingOf(database, 'shared_buffers'),
  };
}

/** The versions of what was measured. */
export async function describeVersions(database) {
  return {
    'nestjs-mfa': versionOf('../package.json'),
    'Better Auth': peerVersion(),
    'Node.js': process.versions.node,
    PostgreSQL: (await settingOf(database, 'server_version')).split(' ')[0],
    Nest: versionOf('../node_modules/@nestjs/core/package.json'),
    Fastify: versionOf('../node_modules/fastify/package.json'),
    TypeORM: versionOf('../node_modules/typeorm/package.json'),
    pg: versionOf('../node_modules/pg/package.json'),
  };
}

async function settingOf(database, name) {
  return (await database.query(`SHOW ${name}`)).rows[0][name];
}

function versionOf(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
}
