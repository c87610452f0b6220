import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

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
export async function sendRequests({
  tickets,
  makeRequest,
  clients,
  seconds = Infinity,
  keep,
  ...load
}) {
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
      const answer = await send(sending, { ...load, agent });
      latencies.push(performance.now() - sentAt);
      keep?.(ticket, answer);
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
 * @returns {Promise<Answer>}
 */
async function send({ path, headers, body }, { port, agent, signal, expects }) {
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
    seed: async (count) => Array.from({ length: count }, () => ({ secret: Buffer.alloc(0) })),
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
