/** The PostgreSQL that the server uses. */
export abstract class DatabaseServer {
  /** Connection string. */
  abstract readonly url: string;
  /** The most connections of this process. */
  abstract readonly maxConnections: number;
  /** Whether each connection has a session of its own, which keeps prepared statements. */
  abstract readonly preparesStatements: boolean;
  /** How long one statement may take; 0: connections set no limit. */
  abstract readonly statementTimeoutSeconds: number;
  /** Call this after the last connection is closed. */
  abstract stop(): Promise<void>;
}

/** A PostgreSQL outside this process. */
export class ExternalDatabase extends DatabaseServer {
  constructor(
    readonly url: string,
    readonly maxConnections: number,
    readonly preparesStatements: boolean,
    readonly statementTimeoutSeconds: number,
  ) {
    super();
  }

  async stop(): Promise<void> {}
}
