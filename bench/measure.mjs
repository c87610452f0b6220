import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

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
 * Fills up the contestant's tickets to the given number.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {number} count
 * @param {AbortSignal} signal
 */
export async function prepareTickets(contestant, count, signal) {
  const { seed } = contestant;
  if (seed === undefined) throw new TypeError(`${contestant.name} has no logins.`);
  contestant.tickets ??= [];
  while (contestant.tickets.length < count) {
    signal.throwIfAborted();
    const batch = Math.min(SEED_BATCH, count - contestant.tickets.length);
    contestant.tickets.push(...(await seed(batch)));
  }
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
  const { server, tickets: all = [], run } = contestant;
  if (run === undefined) throw new TypeError(`${contestant.name} answers nothing.`);
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

/** The `User-Agent` of every request. */
export const USER_AGENT = 'nestjs-mfa-bench';
const ANSWER_TIMEOUT_MILLISECONDS = 30_000;

/**
 * The parts of a request, and the expected answer.
 *
 * @typedef {{path: string, headers?: Record<string, string>, body: object}} Sending
 * @typedef {{status: number, text: string}} Expected
 */

/**
 * Latencies are in milliseconds, ascending.
 *
 * @typedef {{seconds: number, latencies: number[]}} Taken
 */

/**
 * Sends one request for each ticket, `clients` at a time, over connections that are kept, until the
 * tickets or the time run out.
 *
 * @param {object} load
 * @param {number | undefined} load.port on the loopback
 * @param {Ticket[]} load.tickets each is used once and then removed
 * @param {(ticket: Ticket) => Sending} load.makeRequest called when it is sent
 * @param {Expected} load.expects
 * @param {number} load.clients
 * @param {number} [load.seconds] no request begins later than this
 * @param {AbortSignal} load.signal
 * @returns {Promise<Taken>}
 * @throws {Error} at the first answer that is not the expected one: what was counted is then void
 */
export async function sendRequests({ tickets, makeRequest, clients, seconds = Infinity, ...load }) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  /** @type {number[]} */
  const latencies = [];
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  const runClient = async () => {
    while (elapsedSeconds() < seconds) {
      const ticket = tickets.pop();
      if (ticket === undefined) return;
      const sending = makeRequest(ticket);
      const sentAt = performance.now();
      await send(sending, { ...load, agent });
      latencies.push(performance.now() - sentAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, runClient));
  } finally {
    agent.destroy();
  }
  return { seconds: elapsedSeconds(), latencies: latencies.sort((a, b) => a - b) };
}

/**
 * @param {Sending} sending
 * @param {{port: number | undefined, agent: Agent, signal: AbortSignal, expects: Expected}} load
 */
async function send({ path, headers, body }, { port, agent, signal, expects }) {
  const json = JSON.stringify(body);
  const sent = request({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    path,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': json.length,
      'User-Agent': USER_AGENT,
      ...headers,
    },
    timeout: ANSWER_TIMEOUT_MILLISECONDS,
    signal,
  });
  sent.on('timeout', () => sent.destroy(new Error('No answer in time.')));
  sent.end(json);
  const [response] = await once(sent, 'response');
  const answer = await text(response);
  if (response.statusCode !== expects.status || !answer.includes(expects.text)) {
    throw new Error(`Expected ${expects.status}, got ${response.statusCode}: ${answer}`);
  }
}

/**
 * The load of one measurement.
 *
 * @typedef {import('./works.mjs').Ticket} Ticket
 * @typedef {object} Load
 * @property {import('./works.mjs').Work} work
 * @property {number | undefined} port of its server; undefined where it runs in this process
 * @property {Ticket[]} tickets
 * @property {number} clients
 * @property {number} [seconds]
 * @property {AbortSignal} signal
 */

/** Ids of the second steps, which all servers have. */
export const SECOND_STEPS = ['right', 'wrong', 'wrong-backup', 'backup'];

/**
 * Makes the function that sends a contestant's requests.
 *
 * @param {(work: import('./works.mjs').Work, ticket: Ticket, port: number | undefined) => Sending}
 *   requestTo
 * @param {(work: import('./works.mjs').Work) => Expected} expectsOf
 */
export function runnerOf(requestTo, expectsOf) {
  /** @param {Load} load */
  return ({ work, ...load }) =>
    sendRequests({
      ...load,
      makeRequest: (ticket) => requestTo(work, ticket, load.port),
      expects: expectsOf(work),
    });
}

/**
 * A password check in this process, as a reference for sign-ins of one client.
 *
 * @param {string} name
 * @param {() => Promise<boolean>} check
 * @returns {import('./contestants.mjs').Contestant}
 */
export function hashAlone(name, check) {
  return {
    id: name,
    name,
    works: ['sign-in'],
    clients: [1],
    openSeeder: async () => async (count) =>
      Array.from({ length: count }, () => ({ secret: Buffer.alloc(0) })),
    run: (load) => checkUntil(check, load),
  };
}

/**
 * @param {() => Promise<boolean>} check
 * @param {Pick<Load, 'tickets' | 'seconds'>} load
 */
async function checkUntil(check, { tickets, seconds = Infinity }) {
  const latencies = [];
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  while (tickets.length > 0 && elapsedSeconds() < seconds) {
    tickets.pop();
    const checkedAt = performance.now();
    await check();
    latencies.push(performance.now() - checkedAt);
  }
  return { seconds: elapsedSeconds(), latencies: latencies.sort((a, b) => a - b) };
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
