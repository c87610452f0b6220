import { ConfigError } from '../config/values/config-error.js';

/** Runs a command. A failure goes to stderr without a stack, and the exit code is 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const reason = error instanceof ConfigError ? error.lines.join('\n') : String(error);
    process.stderr.write(`${reason}\n`);
    process.exitCode = 1;
  }
}
