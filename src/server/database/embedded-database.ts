import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DatabaseServer } from './database-server.js';
import { lockFolder } from './folder-lock.js';

/** More than the server's one and the migrations' two, so that no connection is turned away. */
const SOCKETS = 10;

/**
 * A PostgreSQL inside this process (PGlite), kept in the data directory and reached over a local
 * socket by the driver that reaches every other.
 */
export class EmbeddedDatabase extends DatabaseServer {
  /** Messages of several connections mix in the one session behind them, and so do the answers. */
  readonly maxConnections = 1;
  /** What one connection prepared, the next one would find in the session. */
  readonly preparesStatements = false;
  readonly statementTimeoutSeconds = 0;

  private constructor(
    readonly url: string,
    private readonly socket: PGLiteSocketServer,
    private readonly unlock: () => void,
  ) {
    super();
  }

  /** @throws {ConfigError} when another process has this data directory open */
  static async start(dataDirectory: string): Promise<EmbeddedDatabase> {
    const unlock = lockFolder(join(dataDirectory, 'database.lock'));
    try {
      const db = await PGlite.create(join(dataDirectory, 'database'));
      const socket = new PGLiteSocketServer({ db, port: 0, maxConnections: SOCKETS });
      await socket.start();
      const url = `postgres://postgres@${socket.getServerConn()}/postgres`;
      return new EmbeddedDatabase(url, socket, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.socket.stop();
    await this.socket.db.close();
    this.unlock();
  }
}
