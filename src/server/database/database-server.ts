/** The PostgreSQL that the server talks to, wherever it runs. */
export abstract class DatabaseServer {
  /** Connection string. */
  abstract readonly url: string;
  /** Connections that this process may hold. */
  abstract readonly maxConnections: number;
  /** Whether each connection has a session of its own, which keeps what is prepared in it. */
  abstract readonly preparesStatements: boolean;
  /** How long one statement may take; 0: nothing is said of that when a connection is made. */
  abstract readonly statementTimeoutSeconds: number;
  /** Called when the last connection is closed. */
  abstract stop(): Promise<void>;
}

/** A PostgreSQL that others run. */
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
