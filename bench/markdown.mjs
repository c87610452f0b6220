import { goalsOf } from './goals.mjs';
import { round } from './measure.mjs';
import { comparedWorks, nameOfWork } from './works.mjs';

/**
 * @typedef {import('./growth.mjs').GrowthSummary} GrowthSummary
 * @typedef {import('./measure.mjs').Spread} Spread
 * @typedef {import('./summary.mjs').Row} Row
 * @typedef {import('./summary.mjs').RunSummary} RunSummary
 */

const README_CLIENTS = 8;
const LACKED = 'does not do it';

/**
 * The README's table: the main numbers for one number of clients.
 *
 * @param {RunSummary} summary
 */
export function renderReadmeBlock({ command, startedAt, rows }) {
  const own = rows.filter(({ clients }) => clients === README_CLIENTS);
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
    `per second, ${README_CLIENTS} clients`,
    ...['nestjs-mfa', 'floor', 'Better Auth', 'ours / floor', 'ours / Better Auth'],
  ];
  return `${tableOf(heading, lines)}\n\n${sourceOf({ command, startedAt })}`;
}

/**
 * The whole result, for docs/performance.md.
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
    besideText(summary.besideSignIns),
    processesText(summary.processes),
    tableOfGoals(summary),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
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

/** @param {{command: string, startedAt: string}} run */
function sourceOf({ command, startedAt }) {
  return `\`${command}\`, ${startedAt.slice(0, 10)}.`;
}

/**
 * A table for each number of clients. A server that lacks a work has a row that says so.
 *
 * @param {RunSummary} summary runs from before there were `lacks` are published too
 */
function tablesOfRows({ rows, lacks = [] }) {
  const numbers = [...new Set(rows.map(({ clients }) => clients))];
  return numbers.map((clients) => {
    const own = rows.filter((row) => row.clients === clients);
    const works = [...new Set(own.map(({ work }) => work))];
    const lines = works.flatMap((work) => {
      const done = own
        .filter((row) => row.work === work)
        .map((row) => [row.server, ...cellsOfMeasures(row)]);
      const lacking = lacks
        .filter((lack) => lack.work === work)
        .map(({ server }) => [server, ...Array.from({ length: 5 }, () => '–'), LACKED]);
      return [...done, ...lacking].map((cells, index) => [
        index === 0 ? nameOfWork(work) : '',
        ...cells,
      ]);
    });
    const title = `${clients} client${clients === 1 ? '' : 's'}`;
    const heading = [title, 'server', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms'];
    return tableOf([...heading, 'ours / this'], lines, 2);
  });
}

/** @param {RunSummary} summary */
function tableOfStatements({ statements = [], lacks = [] }) {
  const works = [...new Set(statements.map(({ work }) => work))];
  const lines = works.flatMap((work) => {
    const done = statements
      .filter((count) => count.work === work)
      .map(({ server, waitedFor, behind }) => [
        server,
        ...[waitedFor, behind].flatMap((count) =>
          [count.statements, count.roundTrips, count.commits].map(String),
        ),
      ]);
    const lacking = lacks
      .filter((lack) => lack.work === work)
      .map(({ server }) => [server, LACKED, ...Array.from({ length: 5 }, () => '–')]);
    return [...done, ...lacking].map((cells, index) => [
      index === 0 ? nameOfWork(work) : '',
      ...cells,
    ]);
  });
  const heading = ['statements', 'round trips', 'commits'];
  const behind = heading.map((name) => `${name} behind it`);
  if (lines.length === 0) return '';
  return tableOf(['until the answer', 'server', ...heading, ...behind], lines, 2);
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

/** @param {RunSummary['besideSignIns']} results */
function besideText(results) {
  if (results === null) return '';
  const { aloneP95, besideP95, ratio } = results;
  return `p95 of a right code with 8 clients: ${aloneP95} ms alone, ${besideP95} ms during 8 sign-ins at once; ratio ${textOfSpread(ratio)}.`;
}

/** @param {RunSummary['processes']} results */
function processesText(results) {
  if (results === null) return '';
  const { one, two, ratio } = results;
  return `Right codes per second of 16 clients: ${textOfNumber(one)} at one process, ${textOfNumber(two)} at two on the same database; ratio ${textOfSpread(ratio)}. No request failed.`;
}

/**
 * @param {string[]} heading
 * @param {string[][]} lines
 * @param {number} words how many columns are words
 */
function tableOf(heading, lines, words = 1) {
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
export function cellsOfMeasures(row) {
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
