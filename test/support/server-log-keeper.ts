import { ServerLogger } from '../../src/server/observability/logging/server-logger.js';

/** One line of the log in production. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The server's own logger as in production, whose lines are kept in the place of being written. */
export class ServerLogKeeper extends ServerLogger {
  readonly lines: LogLine[] = [];

  constructor() {
    super(true);
    this.setLogLevels(['verbose', 'debug', 'log', 'warn', 'error', 'fatal']);
  }

  clear(): void {
    this.lines.length = 0;
  }

  /** Each member of a line as it would be written. */
  protected override printAsJson(...line: Parameters<ServerLogger['getJsonLogObject']>): void {
    this.lines.push(JSON.parse(JSON.stringify(this.getJsonLogObject(...line))));
  }
}
