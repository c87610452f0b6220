import { OUR_HASH_ALONE } from './works.mjs';

const OURS = 'ours';
/**
 * The servers whose sign-ins are compared with the hash of their passwords alone.
 *
 * @type {Record<string, string>}
 */
const HASHES = { ours: OUR_HASH_ALONE, 'Better Auth': 'scrypt alone' };

/**
 * @typedef {{median: number, least: number, greatest: number}} Spread
 * @typedef {import('./measure.mjs').NumberedRun} NumberedRun
 * @typedef {import('./measure.mjs').Run} Run
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
 * A whole run.
 *
 * @typedef {ReturnType<typeof summarize> & {command: string, startedAt: string, clients: number[],
 *   rounds: number, requests: number, seconds: number,
 *   machine: Awaited<ReturnType<typeof import('./contestants.mjs').describeMachine>>,
 *   versions: Awaited<ReturnType<typeof import('./contestants.mjs').describeVersions>>}} RunSummary
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
  const places = new Map(runs.map((run) => [placeOf(run), run]));
  return [...places].map(([place, { clients, work, server }]) => {
    const own = runs.filter((run) => placeOf(run) === place);
    /** @type {(member: 'perSecond' | 'p50' | 'p95' | 'p99') => number} */
    const middle = (member) => round(median(own.map((run) => run[member])), 3);
    const isCompared = server !== OURS && !Object.values(HASHES).includes(server);
    const ours = runs.filter(
      (run) => placeOf(run) === placeOf({ ...run, clients, work, server: OURS }),
    );
    return {
      ...{ clients, work, server },
      perSecond: middle('perSecond'),
      ...{ p50: middle('p50'), p95: middle('p95'), p99: middle('p99') },
      cpuMs: medianIfKnown(
        own.map(({ cpuMs }) => cpuMs),
        3,
      ),
      ratio: isCompared
        ? compare(ours, own, (one, other) => one.perSecond / other.perSecond)
        : null,
    };
  });
}

/** @param {Pick<Run, 'clients' | 'work' | 'server'>} run */
function placeOf({ clients, work, server }) {
  return [clients, work, server].join('\n');
}

/**
 * Compares two measurements of the same round, in each round that has both.
 *
 * @param {NumberedRun[]} runs
 * @param {NumberedRun[]} others
 * @param {(run: NumberedRun, other: NumberedRun) => number} by
 */
function compare(runs, others, by) {
  const values = runs.flatMap((run) => {
    const other = others.find((each) => each.round === run.round);
    return other === undefined ? [] : [by(run, other)];
  });
  return values.length === 0 ? null : spreadOf(values);
}

/**
 * Our throughput of wrong codes of backup shape by that of wrong ones of the app.
 *
 * @param {NumberedRun[]} runs
 */
function summarizeBackupShape(runs) {
  const own = runs.filter(({ server }) => server === OURS);
  return [...new Set(own.map(({ clients }) => clients))].flatMap((clients) => {
    const [shapes = [], wrong = []] = ['wrong-backup', 'wrong'].map((work) =>
      own.filter((run) => run.work === work && run.clients === clients),
    );
    const ratio = compare(shapes, wrong, (one, other) => one.perSecond / other.perSecond);
    return ratio === null ? [] : [{ clients, ratio }];
  });
}

/**
 * The time of a sign-in without the hash of the password.
 *
 * @param {NumberedRun[]} runs
 */
function summarizeSignIns(runs) {
  const own = runs.filter(({ work, clients }) => work === 'sign-in' && clients === 1);
  return Object.entries(HASHES).flatMap(([server, hash]) => {
    const signIns = own.filter((run) => run.server === server);
    const hashes = own.filter((run) => run.server === hash);
    const overMs = compare(signIns, hashes, (signIn, alone) => signIn.p50 - alone.p50);
    if (overMs === null) return [];
    /** @param {NumberedRun[]} each */
    const middle = (each) => round(median(each.map(({ p50 }) => p50)), 2);
    return { server, signInMs: middle(signIns), hashMs: middle(hashes), overMs };
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
    const [startMs, idleMib] = [
      own.map((start) => start.startMs),
      own.map((start) => start.idleMib),
    ];
    const after = afterwards.find((reading) => reading.server === server);
    return {
      server,
      startMs: medianIfKnown(startMs, 0),
      idleMib: medianIfKnown(idleMib, 1),
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
    ratio: spreadOf(results.map(({ alone, beside }) => beside.p95 / alone.p95)),
  };
}

/** @param {Measured['processes']} results */
function summarizeProcesses(results) {
  if (results.length === 0) return null;
  return {
    one: round(median(results.map(({ one }) => one)), 1),
    two: round(median(results.map(({ two }) => two)), 1),
    ratio: spreadOf(results.map(({ one, two }) => two / one)),
  };
}

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [below = NaN, above = NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (below + above) / 2;
}

/**
 * The rounded median; null if one of the values is unknown, or there is none.
 *
 * @param {(number | null)[]} values
 * @param {number} digits
 */
export function medianIfKnown(values, digits) {
  const known = values.filter((value) => value !== null);
  if (values.length === 0 || known.length < values.length) return null;
  return round(median(known), digits);
}

/**
 * A quantile of ascending values.
 *
 * @param {number[]} ascending
 * @param {number} part from 0 to 1
 */
export function quantile(ascending, part) {
  return ascending[Math.min(Math.floor(ascending.length * part), ascending.length - 1)] ?? NaN;
}

/**
 * @param {number[]} values of several rounds
 * @returns {Spread} rounded
 */
export function spreadOf(values) {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return { median: round(median(values), 3), least: round(least, 3), greatest: round(greatest, 3) };
}

/**
 * The number rounded to this many decimals.
 *
 * @param {number} value
 * @param {number} digits
 */
export function round(value, digits) {
  return Number(value.toFixed(digits));
}
