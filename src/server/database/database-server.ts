/** The PostgreSQL that the server talks to, wherever it runs. */
export abstract class DatabaseServer {
  /** Connection string. */
  abstract readonly url: string;
  /** Connections that this process may hold. */
  abstract readonly maxConnections: number;
  /** Called when the last connection is closed. */
  abstract stop(): Promise<void>;
}

/** A PostgreSQL that others run. */
export class ExternalDatabase extends DatabaseServer {
  constructor(
    readonly url: string,
    readonly maxConnections: number,
  ) {
    super();
  }

  async stop(): Promise<void> {}
}
