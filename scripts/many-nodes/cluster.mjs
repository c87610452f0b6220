import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChildServer } from '../child-server.mjs';
import { LIMIT_PER_MINUTE } from './limits.mjs';
import { startMailSink, startNginx, startPostgresql, startRedis } from './services.mjs';

const DIST = new URL('../../dist/', import.meta.url);
const MAIN = fileURLToPath(new URL('main.js', DIST));

/** Several processes of the built server behind nginx, with a PostgreSQL and a Redis of their own. */
export class Cluster {
  #folder;
  #cleanup = [];
  /** The output of processes that have ended. */
  pastOutput = [];

  /** @param {number} processes how many servers */
  async start(processes) {
    this.#folder = await mkdtemp(join(tmpdir(), 'many-nodes-'));
    // The users of PostgreSQL and nginx must be able to enter.
    await chmod(this.#folder, 0o711);
    this.#cleanup.push(() => rm(this.#folder, { recursive: true, force: true }));
    this.postgresql = await startPostgresql(this.#folder);
    this.#cleanup.push(() => this.postgresql.stop('immediate'));
    this.redis = await startRedis(this.#folder);
    this.#cleanup.push(() => this.redis.kill());
    const mail = await startMailSink();
    this.#cleanup.push(() => mail.stop());
    this.environment = await environmentOf({ cluster: this, mail });
    // Starts all at once: one of them creates the tables.
    const started = Array.from({ length: processes }, () =>
      startChildServer(MAIN, this.environment),
    );
    const outcomes = await Promise.allSettled(started);
    this.servers = outcomes.flatMap(({ value }) => value ?? []);
    this.#cleanup.push(() => Promise.all(this.servers.map(({ stop }) => stop())));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const nginx = await startNginx(
      this.#folder,
      this.servers.map(({ port }) => port),
    );
    this.#cleanup.push(() => nginx.stop());
    this.port = nginx.port;
  }

  /** Kills one server in the middle of its work, and restarts it on the same port. */
  async killAndRestart(index) {
    const { pid, port, stop, output } = this.servers[index];
    process.kill(pid, 'SIGKILL');
    await stop();
    this.pastOutput.push(output());
    this.servers[index] = await startChildServer(MAIN, {
      ...this.environment,
      PORT: String(port),
    });
  }

  async stop() {
    for (const step of this.#cleanup.reverse()) {
      await step().catch((error) => console.error(`Not stopped: ${error.message}`));
    }
    this.#cleanup = [];
  }
}

async function environmentOf({ cluster: { postgresql, redis }, mail }) {
  const { generateKeys } = await import(new URL('server/config/keys/generate-keys.js', DIST).href);
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
    PASSWORD_HASH_COST: '10',
    RATE_LIMIT_PER_MINUTE: String(LIMIT_PER_MINUTE),
    // As for one address, because a few people send all requests.
    SESSION_WRITES_PER_MINUTE: String(LIMIT_PER_MINUTE),
    SUBJECT_READS_PER_MINUTE: String(LIMIT_PER_MINUTE),
    // Each round sends used codes; other tests cover locks after wrong ones.
    MFA_MAX_FAILURES_PER_METHOD: '50',
    MFA_MAX_FAILURES_PER_ACCOUNT: '100',
  };
}
