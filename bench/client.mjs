import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

/** What every request names as its program. */
export const USER_AGENT = 'nestjs-mfa-bench';
const ANSWER_TIMEOUT_MILLISECONDS = 30_000;

/**
 * What one request is made of, and what must come back.
 *
 * @typedef {{path: string, headers?: Record<string, string>, body: object}} Sending
 * @typedef {{status: number, text: string}} Expected
 */

/**
 * Sends one request for each ticket, `clients` at a time, over connections that are kept, until
 * the tickets or the time run out.
 *
 * @param {object} load
 * @param {number} load.port on the loopback
 * @param {unknown[]} load.tickets each is used once; those that are used are taken out
 * @param {(ticket: unknown) => Sending} load.makeRequest called when it is sent
 * @param {Expected} load.expects
 * @param {number} load.clients
 * @param {number} [load.seconds] no request begins later than this
 * @param {AbortSignal} load.signal
 * @returns {Promise<{seconds: number, latencies: number[]}>} latencies in milliseconds, ascending
 * @throws {Error} at the first answer that is not the expected one: what was counted is then void
 */
export async function sendRequests({ tickets, makeRequest, clients, seconds = Infinity, ...load }) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const latencies = [];
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  const runClient = async () => {
    while (tickets.length > 0 && elapsedSeconds() < seconds) {
      const sending = makeRequest(tickets.pop());
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
