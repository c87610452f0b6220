/* What growth and the steady run have found, in numbers and as tables. */
import { sourceOf, tableOf, textOfFacts, textOfNumber, textOfSpread } from './markdown.mjs';
import { median, medianIfKnown, quantile, round, spreadOf } from './summary.mjs';
import { nameOfWork } from './works.mjs';

/**
 * @typedef {{command: string, startedAt: string,
 *   machine: Awaited<ReturnType<typeof import('./contestants.mjs').describeMachine>>,
 *   versions: Awaited<ReturnType<typeof import('./contestants.mjs').describeVersions>>}} Facts
 * @typedef {Facts & ReturnType<typeof summarizeGrowth>} GrowthSummary as docs/bench-growth.json has it
 * @typedef {Facts & {minutes: number} & ReturnType<typeof summarizeSteady>} SteadySummary
 * @typedef {import('./measure.mjs').NumberedRun & {users: number}} GrowthRun
 * @typedef {{verifies: number, residentMib: number | null, liveHeapMib: number | null}} Reading
 */

/** By then the caches are full: memory that still grows later is a leak. */
const SETTLED_AFTER_VERIFIES = 20_000;

/**
 * For each size the p95 of right and of wrong codes, and its ratio to that of the first size in the
 * same round.
 *
 * @param {{users: number, events: number, databaseMib: number}[]} sizes
 * @param {GrowthRun[]} runs
 * @param {Reading[]} memory
 */
export function summarizeGrowth(sizes, runs, memory) {
  /** @type {(work: string, users: number | undefined) => number[]} */
  const p95sOf = (work, users) =>
    runs.filter((run) => run.work === work && run.users === users).map(({ p95 }) => p95);
  /** @type {(work: string, users: number) => {p95: number, ratio: import('./summary.mjs').Spread}} */
  const compare = (work, users) => {
    const [own, first] = [p95sOf(work, users), p95sOf(work, sizes[0]?.users)];
    const ratios = own.map((p95, index) => p95 / (first[index] ?? NaN));
    return { p95: round(median(own), 2), ratio: spreadOf(ratios) };
  };
  /** @param {'residentMib' | 'liveHeapMib'} reading */
  const ratioOf = (reading) => {
    const settled = memory.find(({ verifies }) => verifies >= SETTLED_AFTER_VERIFIES);
    const [before, after] = [settled?.[reading], memory.at(-1)?.[reading]];
    return before && after ? round(after / before, 3) : null;
  };
  return {
    growth: sizes.map(({ users, events, databaseMib }) => ({
      ...{ users, events, databaseMib: round(databaseMib, 0) },
      right: compare('right', users),
      wrong: compare('wrong', users),
    })),
    memory: memory.map(({ verifies, residentMib, liveHeapMib }) => ({
      verifies,
      residentMib: medianIfKnown([residentMib], 1),
      liveHeapMib: medianIfKnown([liveHeapMib], 1),
    })),
    memoryRatio: ratioOf('residentMib'),
    liveHeapRatio: ratioOf('liveHeapMib'),
  };
}

/**
 * The result of `npm run bench:growth`.
 *
 * @param {GrowthSummary} summary
 */
export function renderGrowthBlock(summary) {
  const { machine, growth, memory, memoryRatio, liveHeapRatio } = summary;
  const lines = growth.map(({ users, events, databaseMib, right, wrong }) => [
    ...[users, events].map((count) => count.toLocaleString('en')),
    textOfNumber(databaseMib),
    ...[right, wrong].flatMap(({ p95, ratio }) => [p95.toFixed(1), textOfSpread(ratio)]),
  ]);
  const heading = [
    ...['users', 'audit events', 'MiB'],
    ...['right code, p95 ms', 'ratio', 'wrong code, p95 ms', 'ratio'],
  ];
  const readings = memory.map(({ verifies, residentMib, liveHeapMib }) => [
    verifies.toLocaleString('en'),
    textOfNumber(residentMib),
    liveHeapMib?.toFixed(1) ?? '–',
  ]);
  return [
    sourceOf(summary),
    `${textOfFacts(machine)}.`,
    tableOf(heading, lines),
    tableOf(['right codes so far', 'resident MiB', 'heap in use, MiB'], readings),
    `At the end by that after 20,000: resident ${memoryRatio?.toFixed(2) ?? '–'}, heap in use ${liveHeapRatio?.toFixed(2) ?? '–'}.`,
  ].join('\n\n');
}

/** A series is flat if its last third is at most this many times its first, or by little more. */
const FLAT_RATIO = 1.2;
/** What is little, by unit. */
const LITTLE = { ms: 1, MiB: 2, tuples: 500, deliveries: 5 };
const TABLES_SHOWN = 6;

/**
 * The medians of the first and of the last third of each series of samples.
 *
 * @param {{maximum: number, samples: import('./steady.mjs').Sample[],
 *   statements: import('./steady.mjs').TopStatement[] | null}} measured
 */
export function summarizeSteady({ maximum, samples, statements }) {
  const third = Math.ceil(samples.length / 3);
  /** @type {(what: string, unit: keyof typeof LITTLE, read: (sample: import('./steady.mjs').Sample) => number | null | undefined) => {what: string, unit: string, first: number | null, last: number | null, isFlat: boolean | null}} */
  const series = (what, unit, read) => {
    const [first = null, last = null] = [samples.slice(0, third), samples.slice(-third)].map(
      (part) =>
        medianIfKnown(
          part.map((sample) => read(sample) ?? null),
          2,
        ),
    );
    const isKnown = first !== null && last !== null;
    const isFlat = isKnown ? last <= Math.max(first * FLAT_RATIO, first + LITTLE[unit]) : null;
    return { what, unit, first, last, isFlat };
  };
  const steps = [...new Set(samples.flatMap(({ latencies }) => Object.keys(latencies)))];
  const largest = (samples.at(-1)?.tables ?? [])
    .toSorted((a, b) => b.mib - a.mib)
    .slice(0, TABLES_SHOWN);
  return {
    perSecond: round(maximum / 2, 1),
    series: [
      ...steps.flatMap((id) =>
        [0.5, 0.95].map((part) =>
          series(`${nameOfWork(id)}, p${part * 100}`, 'ms', ({ latencies }) =>
            quantile(latencies[id] ?? [], part),
          ),
        ),
      ),
      series('memory of the server', 'MiB', ({ residentMib }) => residentMib),
      series('backlog of deliveries', 'deliveries', ({ backlog }) => backlog),
      ...largest.flatMap(({ name }) => {
        /** @param {import('./steady.mjs').Sample} sample */
        const own = ({ tables }) => tables.find((table) => table.name === name);
        return [
          series(`\`${name}\`, size`, 'MiB', (sample) => own(sample)?.mib),
          series(`\`${name}\`, dead`, 'tuples', (sample) => own(sample)?.dead),
        ];
      }),
    ],
    statements:
      statements?.map(({ calls, meanMs, share, text }) => ({
        ...{ calls, meanMs: round(meanMs, 3), share: round(share, 1) },
        text: text.replace(/\s+/g, ' ').trim().slice(0, 90),
      })) ?? null,
  };
}

/**
 * The result of `npm run bench:steady`.
 *
 * @param {SteadySummary | null} summary null until one is published
 */
export function renderSteadyBlock(summary) {
  if (summary === null) return 'No steady run has been published yet.';
  const { minutes, perSecond, machine, versions, series, statements } = summary;
  const lines = series.map(({ what, unit, first, last, isFlat }) => [
    `${what}, ${unit}`,
    ...[first, last].map(textOfNumber),
    isFlat === null ? '–' : isFlat ? 'flat' : 'grows',
  ]);
  const top = statements?.map(({ calls, meanMs, share, text }) => [
    `\`${text.replaceAll('`', '').replaceAll('|', '\\|')}\``,
    ...[calls.toLocaleString('en'), meanMs.toFixed(2), `${share.toFixed(1)}%`],
  ]);
  return [
    sourceOf(summary),
    `${minutes} min at ${textOfNumber(perSecond)} journeys a second. ${textOfFacts(machine)}. ${textOfFacts(versions)}.`,
    tableOf(['median of', 'first third', 'last third', 'verdict'], lines),
    top
      ? tableOf(['statement', 'calls', 'mean ms', 'of all time'], top)
      : 'The statements were not watched.',
  ].join('\n\n');
}
