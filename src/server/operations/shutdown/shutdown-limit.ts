import { type LoggerService } from '@nestjs/common';

/** The part of `process` that ends it. */
export interface EndingProcess {
  on(signal: string, listener: () => void): unknown;
  exit(code: number): unknown;
}

const CONTEXT = 'Shutdown';

/** Under `npm start`, the terminal and npm both pass on the same Ctrl+C. */
const ECHO_MILLISECONDS = 500;

/**
 * Ends the process where Nest's own signal handling does not: before there is anything to drain,
 * when draining takes too long, and at a second signal. The exit code is 1.
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

  /** Call this once. The first process of a container ignores every signal without a listener. */
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
