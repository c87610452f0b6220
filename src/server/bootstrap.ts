import { ConfigError } from './config/values/config-error.js';
import { systemErrorCode } from './config/values/system-error.js';

/** The parts of `process` that a start uses. */
export interface StartingProcess {
  readonly stderr: { write(text: string): unknown };
  exit(code: number): unknown;
}

/**
 * Runs a start. A failure is explained on stderr so that a person can act on it, and ends the
 * process with exit code 1.
 */
export async function bootstrap(
  start: () => Promise<void>,
  process: StartingProcess,
): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`The server did not start.\n${explain(error)}\n`);
    process.exit(1);
  }
}

/**
 * Deliberate refusals, in the library and here, throw a plain `Error` whose message says what to
 * do. For all other errors the stack is the only hint.
 */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.lines.join('\n');
  if (systemErrorCode(error) === 'EADDRINUSE') {
    return 'Another program listens on this port already: stop it, or choose another with PORT=3001.';
  }
  if (!(error instanceof Error)) return String(error);
  return error.constructor === Error ? error.message : (error.stack ?? error.message);
}
