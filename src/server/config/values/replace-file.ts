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
 * Replaces the text of an existing file in one step: a reader sees the old text or the new one. Only the
 * file's owner, who stays the same, can read it afterwards.
 *
 * @throws {ConfigError} when it cannot be written; the old text is then still there
 */
export function replaceFile(path: string, text: string): void {
  try {
    // A link stays a link: its target is replaced.
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
