import { ConfigError } from './config/values/config-error.js';
import { systemErrorCode } from './config/values/system-error.js';

/** What a start needs of `process`. */
export interface StartingProcess {
  readonly stderr: { write(text: string): unknown };
  exit(code: number): unknown;
}

/**
 * Runs a start. One that fails is told on stderr in sentences that a person can act on, and ends
 * the process with 1.
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
 * Whatever refuses to start on purpose, in the library or here, throws a plain `Error` whose
 * message says what to do; the stack of anything else is the one hint that there is.
 */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.lines.join('\n');
  if (systemErrorCode(error) === 'EADDRINUSE') {
    return 'Another program listens on this port already: stop it, or choose another with PORT=3001.';
  }
  if (!(error instanceof Error)) return String(error);
  return error.constructor === Error ? error.message : (error.stack ?? error.message);
}
