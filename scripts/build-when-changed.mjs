/**
 * Builds when there is no build, or one that is older than what it was built from; so that a second
 * start is quick. Deleted files count by the folder that they were deleted from.
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
];

/** When a file, or anything in a folder, was changed last; milliseconds. */
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
