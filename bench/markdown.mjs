import { goalsOf } from './goals.mjs';
import { round } from './summary.mjs';
import { comparedWorks, nameOfWork } from './works.mjs';

/**
 * @typedef {import('./summary.mjs').Spread} Spread
 * @typedef {import('./summary.mjs').Row} Row
 * @typedef {import('./summary.mjs').RunSummary} RunSummary
 */

const CLIENTS = 8;
const LACKED = 'does not do it';

/**
 * The README's tables: the main numbers for one number of clients, of each run.
 *
 * @param {{runs: RunSummary[]}} published
 */
export function renderReadmeBlock({ runs }) {
  return runs.map(tableOfMainNumbers).join('\n\n');
}

/** @param {RunSummary} summary */
function tableOfMainNumbers({ command, startedAt, versions, rows }) {
  const own = rows.filter(({ clients }) => clients === CLIENTS);
  /** @type {(work: string, server: string) => Pick<Row, 'ratio'> & {perSecond: number | null}} */
  const find = (work, server) =>
    own.find((row) => row.work === work && row.server === server) ?? {
      perSecond: null,
      ratio: null,
    };
  const works = comparedWorks(own);
  const lines = works.map((work) => [
    nameOfWork(work),
    ...['ours', 'floor', 'Better Auth'].map((name) => textOfNumber(find(work, name).perSecond)),
    ...['floor', 'Better Auth'].map((name) => find(work, name).ratio?.median.toFixed(2) ?? '–'),
  ]);
  const heading = [
    `per second, ${CLIENTS} clients`,
    ...['nestjs-mfa', 'floor', 'Better Auth', 'ours / floor', 'ours / Better Auth'],
  ];
  return `${tableOf(heading, lines)}\n\n${sourceOf({ command, startedAt, versions })}`;
}

/**
 * The runs for docs/performance.md: all of the first, the main numbers and the goals of the others.
 *
 * @param {{runs: RunSummary[]}} published
 */
export function renderRunsBlock({ runs: [newest, ...others] }) {
  if (newest === undefined) throw new RangeError('No run has been published.');
  const shorter = others.flatMap((run) => [tableOfMainNumbers(run), tableOfGoals(run)]);
  return [renderRunBlock(newest), ...shorter].join('\n\n');
}

/**
 * The whole result of one run.
 *
 * @param {RunSummary} summary
 */
export function renderRunBlock(summary) {
  const { rounds, requests, seconds, machine, versions } = summary;
  return [
    sourceOf(summary),
    `Rounds: ${rounds}, of at most ${requests} requests or ${seconds} s for each measurement. ${textOfFacts(machine)}. ${textOfFacts(versions)}.`,
    ...tablesOfRows(summary),
    signInText(summary.signIns),
    tableOfStatements(summary),
    tableOfServers(summary.servers),
    tableOfGoals(summary),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** @param {Pick<RunSummary, 'command' | 'startedAt' | 'versions'>} run */
export function sourceOf({ command, startedAt, versions }) {
  return `\`${command}\`, ${startedAt.slice(0, 10)}, Node.js ${versions['Node.js']}.`;
}

/**
 * A table for each number of clients.
 *
 * @param {RunSummary} summary runs from before there were `lacks` are published too
 */
function tablesOfRows({ rows, lacks = [] }) {
  const lacking = ['–', '–', '–', '–', '–', LACKED];
  return [...new Set(rows.map(({ clients }) => clients))].map((clients) => {
    const own = rows.filter((row) => row.clients === clients);
    const lines = linesByWork(own, lacks, { lacking, cellsOf: cellsOfMeasures });
    const title = `${clients} client${clients === 1 ? '' : 's'}`;
    const heading = [title, 'server', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms'];
    return tableOf([...heading, 'ours / this'], lines, 2);
  });
}

/** @param {RunSummary} summary */
function tableOfStatements({ statements = [], lacks = [] }) {
  if (statements.length === 0) return '';
  const lines = linesByWork(statements, lacks, {
    lacking: [LACKED, '–', '–', '–', '–', '–'],
    cellsOf: ({ waitedFor, behind }) =>
      [waitedFor, behind].flatMap((count) =>
        [count.statements, count.roundTrips, count.commits].map(String),
      ),
  });
  const heading = ['statements', 'round trips', 'commits'];
  const behind = heading.map((name) => `${name} behind it`);
  return tableOf(['until the answer', 'server', ...heading, ...behind], lines, 2);
}

/**
 * The lines of each work. A server that lacks a work has one that says so.
 *
 * @template {{work: string, server: string}} Result
 * @param {Result[]} results
 * @param {{work: string, server: string}[]} lacks
 * @param {{lacking: string[], cellsOf: (result: Result) => string[]}} how
 */
function linesByWork(results, lacks, { lacking, cellsOf }) {
  return [...new Set(results.map(({ work }) => work))].flatMap((work) => {
    const done = results
      .filter((result) => result.work === work)
      .map((result) => [result.server, ...cellsOf(result)]);
    const missing = lacks
      .filter((lack) => lack.work === work)
      .map(({ server }) => [server, ...lacking]);
    return [...done, ...missing].map((cells, index) => [
      index === 0 ? nameOfWork(work) : '',
      ...cells,
    ]);
  });
}

/** @param {RunSummary} summary */
function tableOfGoals(summary) {
  const lines = goalsOf(summary).map(({ what, value, wanted }) => [
    what,
    typeof value === 'number' ? String(round(value, 2)) : textOfSpread(value),
    wanted,
  ]);
  return lines.length === 0 ? '' : tableOf(['goal', 'in this run', 'wanted'], lines);
}

/** @param {RunSummary['signIns']} signIns */
function signInText(signIns) {
  if (signIns.length === 0) return '';
  const parts = signIns.map(
    ({ server, signInMs, hashMs, overMs }) =>
      `${server} ${signInMs.toFixed(1)} ms, its hash alone ${hashMs.toFixed(1)} ms: ${textOfSpread(overMs)} ms beside the hash`,
  );
  return `A sign-in of one client, p50: ${parts.join('; ')}.`;
}

/** @param {RunSummary['servers']} servers */
function tableOfServers(servers) {
  if (servers.length === 0) return '';
  const lines = servers.map(({ server, startMs, idleMib, afterwardsMib }) => [
    server,
    ...[startMs, idleMib, afterwardsMib].map(textOfNumber),
  ]);
  return tableOf(['server', 'start ms', 'idle MiB', 'MiB after the load'], lines);
}

/**
 * @param {string[]} heading
 * @param {string[][]} lines
 * @param {number} words how many columns are words
 */
export function tableOf(heading, lines, words = 1) {
  const rule = heading.map((_, column) => (column < words ? '---' : '--:'));
  return [heading, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * `1.23 (1.10–1.40)`, or nothing.
 *
 * @param {Spread | null} spread
 */
export function textOfSpread(spread) {
  if (spread === null) return '';
  const parts = [spread.median, spread.least, spread.greatest].map((value) => value.toFixed(2));
  const to = spread.least < 0 ? ' to ' : '–';
  return `${parts[0]} (${parts[1]}${to}${parts[2]})`;
}

/**
 * Rounded to few digits; a dash for unknown values.
 *
 * @param {number | null} value
 */
export function textOfNumber(value) {
  if (value === null) return '–';
  return value.toFixed(value < 20 ? 1 : 0);
}

/**
 * The measured cells of a row, after the names of work and server.
 *
 * @param {Row} row
 */
function cellsOfMeasures(row) {
  return [
    textOfNumber(row.perSecond),
    ...[row.p50, row.p95, row.p99].map((value) => value.toFixed(1)),
    row.cpuMs?.toFixed(2) ?? '–',
    textOfSpread(row.ratio),
  ];
}

/**
 * `name value, name value`.
 *
 * @param {Record<string, unknown>} facts
 */
export function textOfFacts(facts) {
  const parts = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return parts.join(', ');
}
