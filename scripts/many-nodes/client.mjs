import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

/** nginx gives up and answers after 20 s. */
const ANSWER_TIMEOUT_MILLISECONDS = 25_000;
/** nginx must replace it, because the sender is no trusted proxy. */
const FORGED_ADDRESS = '203.0.113.9';
/** Codes that an outage may cause; `internal` must never be among them. */
const CLEAR_CODES = new Set(['unavailable', 'delivery_failed', 'rate_limited']);

/**
 * @typedef {{address: string, forwardedFor?: string, method: string, path: string, body?: object,
 *   access?: string | undefined}} Sending
 */

/**
 * An answer; status 0 means none. The body is untyped JSON.
 *
 * @typedef {{status: number, type?: string | undefined, body: ReturnType<JSON['parse']>,
 *   reason?: string}} Reply
 */

/**
 * Sends each user's requests from its own loopback address, and records unclear answers: no answer,
 * no problem document of ours, or `internal`.
 */
export class Client {
  /** Answers that no client may get. */
  unclear = /** @type {string[]} */ ([]);
  /** Number of answers by status and code. */
  answers = /** @type {Map<string, number>} */ (new Map());
  slowestMilliseconds = 0;
  /** @type {Map<string, Agent>} */
  #agents = new Map();

  /** @param {number} port of nginx */
  constructor(port) {
    this.port = port;
  }

  /**
   * @param {string} address
   * @param {string} path
   * @param {object} body
   * @param {string} [access]
   */
  post(address, path, body, access) {
    return this.send({ address, method: 'POST', path, body, access });
  }

  /**
   * @param {Sending} sending
   * @returns {Promise<Reply>}
   */
  async send({ method, path, ...rest }) {
    const startedAt = performance.now();
    const reply = await this.#exchange({ method, path, ...rest });
    this.slowestMilliseconds = Math.max(this.slowestMilliseconds, performance.now() - startedAt);
    const name = `${reply.status} ${reply.body?.code ?? ''}`.trim();
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
    const isProblem = reply.type?.startsWith('application/problem+json') ?? false;
    const isClear = reply.status < 400 ? reply.status > 0 : isProblem && reply.status !== 500;
    if (!isClear)
      this.unclear.push(`${method} ${path}: ${name} ${reply.type} ${reply.reason ?? ''}`);
    return reply;
  }

  close() {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  /**
   * @param {Sending} sending
   * @returns {Promise<Reply>}
   */
  async #exchange({ address, forwardedFor = FORGED_ADDRESS, method, path, body, access }) {
    const sent = request({
      host: '127.0.0.1',
      port: this.port,
      agent: this.#agentOf(address),
      localAddress: address,
      method,
      path: `/api/auth${path}`,
      headers: {
        'Content-Type': 'application/json',
        ...(body && { 'Content-Length': Buffer.byteLength(JSON.stringify(body)) }),
        'X-Forwarded-For': forwardedFor,
        ...(access && { Authorization: `Bearer ${access}` }),
      },
      timeout: ANSWER_TIMEOUT_MILLISECONDS,
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    try {
      sent.end(body && JSON.stringify(body));
      const [response] = await once(sent, 'response');
      const answer = await text(response);
      const type = response.headers['content-type'];
      return { status: response.statusCode, type, body: answer === '' ? null : parse(answer) };
    } catch (error) {
      return { status: 0, body: null, reason: String(error) };
    }
  }

  /** @param {string} address */
  #agentOf(address) {
    const agent = this.#agents.get(address) ?? new Agent({ keepAlive: true });
    this.#agents.set(address, agent);
    return agent;
  }
}

/**
 * Whether an answer leaves open whether the request took effect.
 *
 * @param {Reply} reply
 */
export function isOpen({ status, body }) {
  return status === 0 || status >= 500 || CLEAR_CODES.has(body?.code);
}

/** @param {string} answer */
function parse(answer) {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}
