import { ServerLogger } from '../../src/server/observability/logging/server-logger.js';

/** One line of the log in production. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The server's logger as in production, which records its lines instead of writing them. */
export class ServerLogKeeper extends ServerLogger {
  readonly lines: LogLine[] = [];

  constructor() {
    super(true);
    this.setLogLevels(['verbose', 'debug', 'log', 'warn', 'error', 'fatal']);
  }

  clear(): void {
    this.lines.length = 0;
  }

  /** Records a line as it would be written. */
  protected override printAsJson(...line: Parameters<ServerLogger['getJsonLogObject']>): void {
    this.lines.push(JSON.parse(JSON.stringify(this.getJsonLogObject(...line))));
  }
}
