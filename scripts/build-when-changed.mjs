/**
 * Builds if there is no build, or if it is older than its sources, so that a second start is quick.
 * A deleted file shows in the time of its folder.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'dist', 'main.js');
const sources = [
  'src',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'scripts/bundle-server.mjs',
];

/**
 * The time of the last change of a file, or of anything in a folder, in milliseconds.
 *
 * @param {string} path
 * @returns {number}
 */
function changedAt(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

const isCurrent =
  existsSync(built) &&
  sources.every((path) => changedAt(join(root, path)) <= statSync(built).mtimeMs);
if (!isCurrent) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
