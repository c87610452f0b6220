import { ConfigError } from '../config/values/config-error.js';

/** Runs a command. One that fails says why on stderr, without a stack, and ends with 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const reason = error instanceof ConfigError ? error.lines.join('\n') : String(error);
    process.stderr.write(`${reason}\n`);
    process.exitCode = 1;
  }
}
