import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.js';

describe('lockFolder', () => {
  let parent: string;
  let path: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'nestjs-mfa-'));
    path = join(parent, 'data', 'database.lock');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  function leaveLockOf(pid: string): void {
    lockFolder(path);
    writeFileSync(path, pid);
  }

  it('can be claimed again once it is given up', () => {
    lockFolder(path)();
    expect(lockFolder(path)).toBeInstanceOf(Function);
  });

  it('refuses while another process lives, and says what to do', () => {
    leaveLockOf(String(process.ppid));
    expect(() => lockFolder(path)).toThrow(
      `in use by process ${process.ppid}: stop it, or give this server a DATA_DIRECTORY of its own`,
    );
  });

  // Linux assigns process ids below 2^22.
  it.each(['4194305', '', 'garbage', String(process.pid)])('takes over what is left: %j', (pid) => {
    leaveLockOf(pid);
    lockFolder(path);
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  });
});
