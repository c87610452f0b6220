import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** Writes a file for `AUTH_CONFIG` with this text, deleted after the tests of the file. @returns its path */
export function authConfigFile(text: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'auth-config-'));
  folders.push(folder);
  const path = join(folder, 'auth.yaml');
  writeFileSync(path, text);
  return path;
}

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
