import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { quantile } from './summary.mjs';
import { ticketsOf } from './works.mjs';

/** The `User-Agent` of every request. */
export const USER_AGENT = 'nestjs-mfa-bench';
const ANSWER_TIMEOUT_MILLISECONDS = 30_000;

/**
 * The parts of a request, and the expected answer. A request without a body is a GET.
 *
 * @typedef {{path: string, headers?: Record<string, string>, body?: object}} Sending
 * @typedef {{status: number, text: string}} Expected
 * @typedef {{text: string, cookies: string[]}} Answer
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
 * @param {(ticket: Ticket, answer: Answer) => void} [load.keep] for tickets that have more to do
 * @param {number} load.clients
 * @param {number} [load.seconds] no request begins later than this
 * @param {AbortSignal} load.signal
 * @returns {Promise<Taken>}
 * @throws {Error} at the first answer that is not the expected one: what was counted is then void
 */
export async function sendRequests({ makeRequest, keep, ...load }) {
  const agent = new Agent({ keepAlive: true, maxSockets: load.clients });
  try {
    return await useTickets(load, async (ticket) => {
      const sending = makeRequest(ticket);
      const sentAt = performance.now();
      const answer = await send(sending, { ...load, agent });
      const milliseconds = performance.now() - sentAt;
      keep?.(ticket, answer);
      return milliseconds;
    });
  } finally {
    agent.destroy();
  }
}

/**
 * Uses up the tickets, `clients` at a time, until the time runs out.
 *
 * @param {{tickets: Ticket[], clients: number, seconds?: number | undefined}} load
 * @param {(ticket: Ticket) => Promise<number>} use returns the milliseconds that count
 * @returns {Promise<Taken>}
 */
export async function useTickets({ tickets, clients, seconds = Infinity }, use) {
  /** @type {number[]} */
  const latencies = [];
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  const runClient = async () => {
    while (elapsedSeconds() < seconds) {
      const ticket = tickets.pop();
      if (ticket === undefined) return;
      latencies.push(await use(ticket));
    }
  };
  await Promise.all(Array.from({ length: clients }, runClient));
  return { seconds: elapsedSeconds(), latencies: latencies.sort((a, b) => a - b) };
}

/**
 * @param {Sending} sending
 * @param {{port: number | undefined, agent: Agent, signal: AbortSignal, expects: Expected}} load
 * @returns {Promise<Answer>}
 * @throws {Error} when the answer is not the expected one
 */
export async function send({ path, headers, body }, { port, agent, signal, expects }) {
  const json = body && JSON.stringify(body);
  const sent = request({
    host: '127.0.0.1',
    port,
    agent,
    method: json === undefined ? 'GET' : 'POST',
    path,
    headers: {
      ...(json && { 'Content-Type': 'application/json', 'Content-Length': json.length }),
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
    throw new Error(`${path}: expected ${expects.status}, got ${response.statusCode}: ${answer}`);
  }
  return { text: answer, cookies: response.headers['set-cookie'] ?? [] };
}

/**
 * The load of one measurement.
 *
 * @typedef {import('./works.mjs').Ticket} Ticket
 * @typedef {import('./works.mjs').Work} Work
 * @typedef {import('./contestants.mjs').Contestant} Contestant
 * @typedef {object} Load
 * @property {Work} work
 * @property {number | undefined} port of its server; undefined where it runs in this process
 * @property {Ticket[]} tickets
 * @property {number} clients
 * @property {number} [seconds]
 * @property {AbortSignal} signal
 */

/**
 * Makes the function that sends a contestant's requests.
 *
 * @param {(work: Work, ticket: Ticket, port: number | undefined) => Sending} requestTo
 * @param {(work: Work) => Expected} expectsOf
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
 * @returns {Contestant}
 */
export function hashAlone(name, check) {
  return {
    id: name,
    name,
    works: ['sign-in'],
    clients: [1],
    seed: async (count) => Array.from({ length: count }, () => ({ secret: Buffer.alloc(0) })),
    run: (load) =>
      useTickets(load, async () => {
        const checkedAt = performance.now();
        await check();
        return performance.now() - checkedAt;
      }),
  };
}

/**
 * One measurement: `p50`, `p95` and `p99` are latencies in milliseconds, `cpuMs` is the CPU time of
 * the server's process for one request, which equals the seconds for 1,000 requests; null if the
 * system does not report it.
 *
 * @typedef {{work: string, server: string, clients: number, requests: number, perSecond: number,
 *   p50: number, p95: number, p99: number, cpuMs: number | null}} Run
 * @typedef {Run & {round: number}} NumberedRun
 */

/**
 * Measures one work of one contestant; unused tickets are returned.
 *
 * @param {Contestant} contestant
 * @param {Work} work
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
