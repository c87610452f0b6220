import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Redis } from 'ioredis';
import { type RedisConnection } from '../../src/server/rate-limit/redis/redis-connection.js';
import { findFreePort } from '../../scripts/find-free-port.mjs';

/** A Redis for one test, on a free loopback port, that can be stopped and started again. */
export class RedisServer {
  private child: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly directory: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-mfa-redis-'));
    const server = new RedisServer(await findFreePort(), directory);
    await server.resume();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again, empty, on the same port. */
  async resume(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory];
    const child = spawn('redis-server', [...settings, '--save', '', '--appendonly', 'no'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.child = child;
    for await (const line of createInterface(child.stdout)) {
      if (line.includes('Ready to accept connections')) return;
    }
    throw new Error('redis-server did not start.');
  }

  /** Ends it like a crash. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.child = null;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Stops it from answering, with its connections open, until {@link thaw}. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }
}

/** The client of a configured connection. */
export function clientOf({ client }: RedisConnection): Redis {
  if (client === null) throw new Error('Redis is not configured.');
  return client;
}

/**
 * Runs the tests if `redis-server` is available. Otherwise the report says that they did not run,
 * which is a failure with REQUIRE_TOOLS=1, as in CI.
 */
export function describeWithRedis(name: string, tests: () => void): void {
  if (spawnSync('redis-server', ['--version']).error === undefined) return describe(name, tests);
  it(`${name} did not run: redis-server is not installed (Debian package redis-server)`, () => {
    expect(process.env['REQUIRE_TOOLS']).not.toBe('1');
  });
}
