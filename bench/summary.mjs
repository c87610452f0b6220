import { median, spreadOf } from './statistics.mjs';

const MEASURES = ['perSecond', 'p50', 'p95', 'p99', 'cpuMs'];
const OURS = 'ours';

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
  if (own[0].server === OURS) return null;
  const ratios = own.flatMap((theirs) => {
    const isOurs = (run) =>
      run.server === OURS && ['work', 'clients', 'round'].every((key) => run[key] === theirs[key]);
    const ours = runs.find(isOurs);
    return ours === undefined ? [] : [ours.perSecond / theirs.perSecond];
  });
  return ratios.length === 0 ? null : rounded(spreadOf(ratios));
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
    ratio: rounded(spreadOf(results.map(({ alone, beside }) => beside.p95 / alone.p95))),
  };
}

function summarizeProcesses(results) {
  if (results.length === 0) return null;
  return {
    one: round(median(results.map(({ one }) => one)), 1),
    two: round(median(results.map(({ two }) => two)), 1),
    ratio: rounded(spreadOf(results.map(({ one, two }) => two / one))),
  };
}

function rounded(spread) {
  return Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, round(value, 3)]));
}

function round(value, digits) {
  return value === null ? null : Number(value.toFixed(digits));
}
