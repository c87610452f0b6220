import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { performance } from 'node:perf_hooks';

const ANSWER_TIMEOUT_MILLISECONDS = 20_000;

/**
 * Sends one verify for each open login, `clients` at a time, over connections that are kept.
 *
 * @param {object} load
 * @param {number} load.port on the loopback
 * @param {{token: string, secret: Buffer}[]} load.logins each is used once
 * @param {{makeCode: (secret: Buffer) => string, expects: {status: number, text: string}}} load.shape
 * @param {number} load.clients
 * @param {AbortSignal} load.signal
 * @returns {Promise<{seconds: number, latencies: number[]}>} latencies in milliseconds, ascending
 * @throws {Error} at the first answer that is not the expected one: what was counted is then void
 */
export async function sendVerifies({ port, logins, shape, clients, signal }) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const waiting = logins.values();
  const latencies = [];
  const runClient = async () => {
    for (const { token, secret } of waiting) {
      const body = JSON.stringify({ ephemeral_token: token, code: shape.makeCode(secret) });
      const sentAt = performance.now();
      await verify({ port, agent, body, signal }, shape.expects);
      latencies.push(performance.now() - sentAt);
    }
  };
  const startedAt = performance.now();
  try {
    await Promise.all(Array.from({ length: clients }, runClient));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, latencies: latencies.sort((a, b) => a - b) };
}

async function verify({ port, agent, body, signal }, expects) {
  const sent = request({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    path: '/api/auth/login/verify/',
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      'User-Agent': 'nestjs-mfa-bench',
    },
    timeout: ANSWER_TIMEOUT_MILLISECONDS,
    signal,
  });
  sent.on('timeout', () => sent.destroy(new Error('No answer in time.')));
  sent.end(body);
  const [response] = await once(sent, 'response');
  const answer = await text(response);
  if (response.statusCode !== expects.status || !answer.includes(expects.text)) {
    throw new Error(`Expected ${expects.status}, got ${response.statusCode}: ${answer}`);
  }
}
