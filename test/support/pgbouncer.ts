import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePort } from '../../scripts/find-free-port.mjs';

/** A PgBouncer for one test, which runs each transaction in any session of its pool. */
export class PgBouncer {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /**
   * @param databaseUrl the database behind it
   * @param settings additional lines of its configuration
   */
  static async start(databaseUrl: string, settings: readonly string[] = []): Promise<PgBouncer> {
    const url = new URL(databaseUrl);
    const { hostname, port, pathname, username } = url;
    const own = await findFreePort();
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-mfa-pgbouncer-'));
    await chmod(directory, 0o755);
    const file = join(directory, 'pgbouncer.ini');
    const lines = [
      '[databases]',
      `* = host=${hostname} port=${port} user=${username}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${own}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 4',
      // PgBouncer refuses to run as root.
      ...(process.getuid?.() === 0 ? ['user = nobody'] : []),
      ...settings,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const child = spawn('pgbouncer', [file], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface(child.stderr)) {
      if (!line.includes('process up')) continue;
      return new PgBouncer(`postgres://${username}@127.0.0.1:${own}${pathname}`, child, directory);
    }
    throw new Error('PgBouncer did not start.');
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGQUIT');
    await ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}

/**
 * Runs the tests if `pgbouncer` and a real PostgreSQL are available. Otherwise the report says that
 * they did not run, which is a failure with REQUIRE_TOOLS=1, as in CI.
 */
export function describeWithPgBouncer(name: string, tests: () => void): void {
  const isThere =
    process.env['RUN_DATABASE_KIND'] === 'postgresql' &&
    spawnSync('pgbouncer', ['--version']).error === undefined;
  if (isThere) return describe(name, tests);
  it(`${name} did not run: it needs PostgreSQL and the Debian package pgbouncer`, () => {
    expect(process.env['REQUIRE_TOOLS']).not.toBe('1');
  });
}
