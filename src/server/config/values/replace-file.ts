import {
  chmodSync,
  chownSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { ConfigError } from './config-error.js';

/**
 * Puts another text into a file that is there, in one step: whoever reads it sees the old text or
 * the new one. Afterwards its owner alone can read it, and has not changed.
 *
 * @throws {ConfigError} when it cannot be written; the old text is then still there
 */
export function replaceFile(path: string, text: string): void {
  try {
    // A link stays one; what it leads to is replaced.
    const target = realpathSync(path);
    writeAside(target, text);
  } catch (cause) {
    throw new ConfigError([`${path} cannot be written: ${String(cause)}`], { cause });
  }
}

function writeAside(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    const { uid, gid } = statSync(path);
    chownSync(draft, uid, gid);
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
