import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../config/values/config-error.js';
import { isSystemError } from '../config/values/system-error.js';

/**
 * Claims a folder for this process by a file with its process id. Takes over the file of a process
 * that is gone.
 *
 * @returns releases the claim
 * @throws {ConfigError} when another living process holds the folder
 */
export function lockFolder(lockPath: string): () => void {
  mkdirSync(dirname(lockPath), { recursive: true, mode: 0o700 });
  if (!claim(lockPath)) {
    const holder = Number(readFileSync(lockPath, 'utf8'));
    if (isAnotherProcess(holder)) throw refusal(lockPath, holder);
    rmSync(lockPath, { force: true });
    if (!claim(lockPath)) throw refusal(lockPath, holder);
  }
  return () => rmSync(lockPath, { force: true });
}

function claim(lockPath: string): boolean {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Our own id comes from a container that died: in containers every server has the same id. */
function isAnotherProcess(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process lives and belongs to another user.
    return isSystemError(error, 'EPERM');
  }
}

function refusal(lockPath: string, holder: number): ConfigError {
  return new ConfigError([
    `The embedded database is in use by process ${holder}: stop it, or give this server a DATA_DIRECTORY of its own (if no server runs, delete ${lockPath}).`,
  ]);
}
