import { median, round, roundedSpread, spreadOf } from './statistics.mjs';

/** When caches are filled: what grows later does not stop growing. */
const SETTLED_AFTER_VERIFIES = 20_000;

/**
 * For each size the p95 of right and of wrong codes, and its ratio to that of the first size in the
 * same round.
 */
export function summarizeGrowth(sizes, runs, memory) {
  const growth = sizes.map(({ users, events, databaseMib }) => ({
    users,
    events,
    databaseMib: round(databaseMib, 0),
    right: p95Of('right', users),
    wrong: p95Of('wrong', users),
  }));
  return {
    growth,
    memory: memory.map(roundedReading),
    memoryRatio: ratioOf(memory, 'residentMib'),
    liveHeapRatio: ratioOf(memory, 'liveHeapMib'),
  };

  function p95Of(work, users) {
    const runsOf = (size) => runs.filter((run) => run.work === work && run.users === size);
    const first = runsOf(sizes[0].users);
    const own = runsOf(users);
    const ratios = own.map(({ p95 }, index) => p95 / first[index].p95);
    return {
      p95: round(median(own.map(({ p95 }) => p95)), 2),
      ratio: roundedSpread(spreadOf(ratios)),
    };
  }
}

function roundedReading({ verifies, residentMib, liveHeapMib }) {
  return { verifies, residentMib: round(residentMib, 1), liveHeapMib: round(liveHeapMib, 1) };
}

/** A reading at the end by that of a server that has settled; null where it is not told. */
function ratioOf(memory, reading) {
  const settled = memory.find(({ verifies }) => verifies >= SETTLED_AFTER_VERIFIES);
  const last = memory.at(-1);
  if (!settled?.[reading] || !last[reading]) return null;
  return round(last[reading] / settled[reading], 3);
}
