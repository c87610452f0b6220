import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from './usage-error.mjs';
import { say } from './progress.mjs';

const FOLDER = new URL('peer/', import.meta.url);
const MANIFEST = new URL('package.json', FOLDER);
const INSTALLED = new URL('node_modules/better-auth/package.json', FOLDER);

/** The version of Better Auth that is measured. */
export function peerVersion() {
  return read(MANIFEST).dependencies['better-auth'];
}

/**
 * Installs what `bench/peer` names, unless it is there. It never becomes a package of the project.
 *
 * @throws {UsageError} when npm fails
 */
export async function installPeer(signal) {
  if (existsSync(INSTALLED) && read(INSTALLED).version === peerVersion()) return;
  say(`Installing Better Auth ${peerVersion()} into bench/peer/node_modules (npm ci) …`);
  const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(FOLDER),
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new UsageError('Better Auth was not installed: leave it out by --servers.');
}

function read(url) {
  return JSON.parse(readFileSync(url, 'utf8'));
}
