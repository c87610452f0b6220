import { readFile } from 'node:fs/promises';
import { poolOf } from './works.mjs';

const SEED_BATCH = 1000;

/**
 * One measurement: `p50`, `p95` and `p99` are latencies in milliseconds, `cpuMs` is the CPU time of
 * the server's process for one request, which equals the seconds for 1,000 requests; null if the
 * system does not report it.
 *
 * @typedef {{work: string, server: string, clients: number, requests: number, perSecond: number,
 *   p50: number, p95: number, p99: number, cpuMs: number | null}} Run
 * @typedef {Run & {round: number}} NumberedRun
 * @typedef {{median: number, least: number, greatest: number}} Spread
 */

/**
 * Fills up the contestant's tickets for a work to the given number.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {number} count
 * @param {{work: import('./works.mjs').Work, signal: AbortSignal}} purpose
 * @returns {Promise<import('./works.mjs').Ticket[]>}
 */
export async function prepareTickets(contestant, count, { work, signal }) {
  const { seed } = contestant;
  if (seed === undefined) throw new TypeError(`${contestant.name} has no logins.`);
  const tickets = ticketsOf(contestant, work);
  while (tickets.length < count) {
    signal.throwIfAborted();
    tickets.push(...(await seed(Math.min(SEED_BATCH, count - tickets.length), work)));
  }
  return tickets;
}

/**
 * The contestant's tickets for a work that are not used yet.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {import('./works.mjs').Work} work
 */
export function ticketsOf(contestant, work) {
  contestant.tickets ??= {};
  return (contestant.tickets[poolOf(work)] ??= []);
}

/**
 * Measures one work of one contestant; unused tickets are returned.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {import('./works.mjs').Work} work
 * @param {{requests: number, clients: number, seconds: number, signal: AbortSignal}} load
 * @returns {Promise<Run>}
 */
export async function measure(contestant, work, { requests, clients, seconds, signal }) {
  const { server, run } = contestant;
  if (run === undefined) throw new TypeError(`${contestant.name} answers nothing.`);
  const all = ticketsOf(contestant, work);
  const tickets = all.splice(-requests);
  const pid = server?.pid ?? process.pid;
  const cpuBefore = await cpuSecondsOf(pid);
  const load = { port: server?.port, work, tickets, clients, seconds, signal };
  const taken = await run(load);
  const cpuAfter = await cpuSecondsOf(pid);
  all.push(...tickets);
  const done = taken.latencies.length;
  return {
    work: work.id,
    server: contestant.name,
    clients,
    requests: done,
    perSecond: done / taken.seconds,
    p50: quantile(taken.latencies, 0.5),
    p95: quantile(taken.latencies, 0.95),
    p99: quantile(taken.latencies, 0.99),
    cpuMs: cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) * 1000) / done,
  };
}

/** The clock ticks of `/proc`, the same on every Linux that Node runs on [proc(5)]. */
const TICKS_PER_SECOND = 100;

/**
 * The CPU time of a process, user and kernel, in seconds; null without `/proc`.
 *
 * @param {number} pid
 */
export async function cpuSecondsOf(pid) {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The program's name is in brackets and may contain anything; the times follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * The resident memory of a process (`VmRSS`) in MiB; null without `/proc`.
 *
 * @param {number} pid
 */
export async function residentMibOf(pid) {
  const status = await readOrNull(`/proc/${pid}/status`);
  const kibibytes = status && /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes ? Number(kibibytes) / 1024 : null;
}

/** @param {string} path */
async function readOrNull(path) {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
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
 * The spread of the ratios of several rounds.
 *
 * @param {number[]} ratios
 * @returns {Spread}
 */
export function spreadOf(ratios) {
  return { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
}

/**
 * The spread, rounded.
 *
 * @param {Spread} spread
 * @returns {Spread}
 */
export function roundedSpread(spread) {
  const { median: middle, least, greatest } = spread;
  return { median: round(middle, 3), least: round(least, 3), greatest: round(greatest, 3) };
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
