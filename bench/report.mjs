import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { OUR_NAME } from './contestants.mjs';

/**
 * One measurement: `p50`, `p95` and `p99` are latencies in milliseconds, `cpuMs` is the CPU time of
 * the server's process for one request, null where the system does not tell.
 *
 * @typedef {{shape: string, server: string, round: number, perSecond: number, p50: number,
 *   p95: number, p99: number, cpuMs: number | null}} Run
 */

const RESULTS = new URL('results/', import.meta.url);
const MEASURES = ['perSecond', 'p50', 'p95', 'p99', 'cpuMs'];
const HEADINGS = ['per s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms', 'ours / this'];

/** Where the numbers come from: they mean nothing elsewhere. */
export async function describeMachine(client) {
  const setting = async (name) => (await client.query(`SHOW ${name}`)).rows[0][name];
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    loadAtStart: Number(loadavg()[0].toFixed(2)),
    node: process.version,
    postgresql: await setting('server_version'),
    fsync: await setting('fsync'),
    synchronousCommit: await setting('synchronous_commit'),
  };
}

/**
 * Medians over the rounds for each shape and server; `ratio` is the median of our throughput by
 * this one's in the same round, with the least and the greatest.
 *
 * @param {Run[]} runs
 */
export function summarize(runs) {
  const pairs = new Map(
    runs.map(({ shape, server }) => [`${shape}\n${server}`, { shape, server }]),
  );
  return [...pairs.values()].map(({ shape, server }) => {
    const own = runs.filter((run) => run.shape === shape && run.server === server);
    const medians = MEASURES.map((name) => [name, median(own.map((run) => run[name]))]);
    return { shape, server, ...Object.fromEntries(medians), ratio: ratioOf(own, runs) };
  });
}

function ratioOf(own, runs) {
  if (own[0].server === OUR_NAME) return null;
  const ratios = own.map(({ shape, round, perSecond }) => {
    const isOurs = (run) => run.server === OUR_NAME && run.shape === shape && run.round === round;
    return runs.find(isOurs).perSecond / perSecond;
  });
  return { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
}

/** @param {(number | null)[]} values null when one of them is not known */
function median(values) {
  if (values.includes(null)) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** The value below which a part of the ascending values lies. */
export function quantile(ascending, part) {
  return ascending[Math.min(Math.floor(ascending.length * part), ascending.length - 1)];
}

/** The summary as a table of text. */
export function renderTable(rows) {
  const cells = rows.map((row) => [row.shape, row.server, ...numbersOf(row)]);
  const lines = [['verify', 'server', ...HEADINGS], ...cells];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, i) => pad(cell, i, widths[i])).join('  ')).join('\n');
}

function numbersOf({ perSecond, p50, p95, p99, cpuMs, ratio }) {
  const latencies = [p50, p95, p99].map((value) => value.toFixed(1));
  return [perSecond.toFixed(0), ...latencies, cpuMs?.toFixed(2) ?? '–', textOf(ratio)];
}

function textOf(ratio) {
  if (ratio === null) return '';
  return `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.greatest.toFixed(2)})`;
}

function pad(cell, column, width) {
  return column < 2 ? cell.padEnd(width) : cell.padStart(width);
}

/** Writes everything, each single run too, and gives back where. */
export async function writeResult(result) {
  await mkdir(RESULTS, { recursive: true });
  const file = new URL(`${result.startedAt.replaceAll(':', '-')}.json`, RESULTS);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return fileURLToPath(file);
}
