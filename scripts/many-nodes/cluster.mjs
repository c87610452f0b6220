import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChildServer } from '../child-server.mjs';
import { LIMIT_PER_MINUTE } from './limits.mjs';
import { startMailSink, startNginx, startPostgresql, startRedis } from './services.mjs';

const DIST = new URL('../../dist/', import.meta.url);
const MAIN = fileURLToPath(new URL('main.js', DIST));

/**
 * Everything that runs: the built servers behind nginx, with a PostgreSQL and a Redis of their own.
 *
 * @typedef {object} Nodes
 * @property {number} port of nginx
 * @property {import('../child-server.mjs').ChildServer[]} servers
 * @property {Awaited<ReturnType<typeof startPostgresql>>} postgresql
 * @property {Awaited<ReturnType<typeof startRedis>>} redis
 * @property {Awaited<ReturnType<typeof environmentOf>>} environment of each server
 */

/** Starts the nodes, and stops whatever has been started. */
export class Cluster {
  /** @type {(() => Promise<unknown>)[]} */
  #cleanup = [];

  /**
   * @param {number} processes how many servers
   * @returns {Promise<Nodes>}
   */
  async start(processes) {
    const folder = await mkdtemp(join(tmpdir(), 'many-nodes-'));
    // The users of PostgreSQL and nginx must be able to enter.
    await chmod(folder, 0o711);
    this.#cleanup.push(() => rm(folder, { recursive: true, force: true }));
    const postgresql = await startPostgresql(folder);
    this.#cleanup.push(() => postgresql.stop('immediate'));
    const redis = await startRedis(folder);
    this.#cleanup.push(() => redis.kill());
    const mail = await startMailSink();
    this.#cleanup.push(() => mail.stop());
    const environment = await environmentOf({ postgresql, redis, mail });
    const servers = await this.#startServers(processes, environment);
    const ports = servers.map(({ port }) => port);
    const nginx = await startNginx(folder, ports);
    this.#cleanup.push(() => nginx.stop());
    return { port: nginx.port, servers, postgresql, redis, environment };
  }

  /**
   * Starts all at once: one of them creates the tables.
   *
   * @param {number} processes
   * @param {Nodes['environment']} environment
   */
  async #startServers(processes, environment) {
    const started = Array.from({ length: processes }, () => startChildServer(MAIN, environment));
    const outcomes = await Promise.allSettled(started);
    const servers = outcomes.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    this.#cleanup.push(() => Promise.all(servers.map(({ stop }) => stop())));
    const failed = outcomes.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return servers;
  }

  async stop() {
    for (const step of this.#cleanup.reverse()) {
      await step().catch((error) => console.error('Not stopped:', error));
    }
    this.#cleanup = [];
  }
}

/**
 * Kills one server in the middle of its work, and restarts it on the same port.
 *
 * @param {Nodes} nodes
 * @param {number} index
 */
export async function killAndRestart({ servers, environment }, index) {
  const server = servers[index];
  if (server === undefined) throw new RangeError(`There is no server ${index}.`);
  const { pid, port, stop } = server;
  process.kill(pid, 'SIGKILL');
  await stop();
  servers[index] = await startChildServer(MAIN, { ...environment, PORT: String(port) });
}

/** @param {{postgresql: {url: string}, redis: {url: string}, mail: {url: string}}} services */
async function environmentOf({ postgresql, redis, mail }) {
  /** @type {typeof import('../../src/server/config/keys/generate-keys.js')} */
  const { generateKeys } = await import(new URL('server/config/keys/generate-keys.js', DIST).href);
  /** @type {typeof import('../../src/mfa/contract/random.js')} */
  const { SystemRandomSource } = await import(new URL('mfa/contract/random.js', DIST).href);
  return {
    ...generateKeys(new SystemRandomSource()),
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATABASE_URL: postgresql.url,
    REDIS_URL: redis.url,
    SMTP_URL: mail.url,
    PUBLIC_URL: 'http://localhost:3000',
    REGISTRATION: 'open',
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMIT_PER_MINUTE: String(LIMIT_PER_MINUTE),
    // As for one address, because a few people send all requests.
    SESSION_WRITES_PER_MINUTE: String(LIMIT_PER_MINUTE),
    SUBJECT_READS_PER_MINUTE: String(LIMIT_PER_MINUTE),
    // Each round sends used codes; other tests cover locks after wrong ones.
    MFA_MAX_FAILURES_PER_METHOD: '50',
    MFA_MAX_FAILURES_PER_ACCOUNT: '100',
  };
}
