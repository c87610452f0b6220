import { type LoggerService } from '@nestjs/common';

/** What the end of a process needs of `process`. */
export interface EndingProcess {
  on(signal: string, listener: () => void): unknown;
  exit(code: number): unknown;
}

const CONTEXT = 'Shutdown';

/** Under `npm start`, a terminal and npm both pass one and the same Ctrl+C on. */
const ECHO_MILLISECONDS = 500;

/**
 * Ends the process where Nest's own answer to a signal does not: before there is anything to drain,
 * when draining takes too long, and at a second signal. Each with the exit code 1.
 */
export class ShutdownLimit {
  /** Null: there is nothing to drain yet. */
  private limitSeconds: number | null = null;
  private isDraining = false;
  private isEcho = false;

  constructor(
    private readonly process: EndingProcess,
    private readonly logger: LoggerService,
  ) {}

  /** To be called once; the first process of a container dies of no signal that it does not hear. */
  listenTo(signals: readonly string[]): void {
    for (const signal of signals) this.process.on(signal, () => this.hear(signal));
  }

  /** From now on there is something to drain. */
  setLimit(seconds: number): void {
    this.limitSeconds = seconds;
  }

  private hear(signal: string): void {
    if (this.limitSeconds === null) this.cut(`${signal} before the server had started: it ends.`);
    else if (!this.isDraining) this.drain(signal, this.limitSeconds);
    else if (!this.isEcho) this.cut(`A second signal, ${signal}: the server ends undrained.`);
  }

  private drain(signal: string, seconds: number): void {
    this.isDraining = this.isEcho = true;
    setTimeout(() => (this.isEcho = false), ECHO_MILLISECONDS).unref();
    this.logger.log(`${signal}: running requests may take ${seconds} s more`, CONTEXT);
    const late = `Not drained within ${seconds} s: what still runs is cut.`;
    setTimeout(() => this.cut(late), seconds * 1000).unref();
  }

  private cut(line: string): void {
    this.logger.error(line, undefined, CONTEXT);
    this.process.exit(1);
  }
}
