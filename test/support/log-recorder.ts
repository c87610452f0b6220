import { inspect } from 'node:util';
import { type LoggerService } from '@nestjs/common';

/** A logger that records everything, at every level. */
export class LogRecorder implements LoggerService {
  readonly lines: string[] = [];

  readonly log = this.keep('log');
  readonly error = this.keep('error');
  readonly warn = this.keep('warn');
  readonly debug = this.keep('debug');
  readonly verbose = this.keep('verbose');
  readonly fatal = this.keep('fatal');

  private keep(level: string): (...given: unknown[]) => void {
    return (...given) => this.lines.push(`${level} ${inspect(given, { depth: 10 })}`);
  }
}
