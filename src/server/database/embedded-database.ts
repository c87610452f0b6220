import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DatabaseServer } from './database-server.js';
import { lockFolder } from './folder-lock.js';

/** More than the server and the migrations use, so that no connection is refused. */
const SOCKETS = 10;

/**
 * A PostgreSQL inside this process (PGlite). It is stored in the data directory, and the usual
 * driver reaches it over a local socket.
 */
export class EmbeddedDatabase extends DatabaseServer {
  /** PGlite has one session, in which the messages and answers of several connections would mix. */
  readonly maxConnections = 1;
  /** The next connection would find the statements that the last one prepared in the shared session. */
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
