import { median, round, roundedSpread, spreadOf } from './statistics.mjs';

const MEASURES = ['perSecond', 'p50', 'p95', 'p99', 'cpuMs'];
const OURS = 'ours';
/** Those of one client that are measured beside the hash of their passwords. */
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

/** What a sign-in takes beside the hash of the password, in the same round. */
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

/** Start and idle memory of the processes that did nothing, memory of those that were measured. */
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
