import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openDatabase, runProgram, say, UsageError } from '../command.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/**
 * What an earlier commit is measured by: its own module of this path, which fills its own tables and
 * knows its own routes. So the path, `ours` and the members of its contestant stay as they are.
 */
const CONTESTANT = 'bench/contestants/ours.mjs';

/**
 * The server of an earlier commit, built in a folder of its own, on a database of its own. The end
 * removes both.
 *
 * @param {string} commit
 * @param {{databaseUrl: string}} options
 * @param {import('../command.mjs').Context} context
 * @returns {Promise<import('../contestants.mjs').Contestant>}
 * @throws {UsageError} when there is no such commit, it cannot be built, or it has no benchmark
 */
export async function before(commit, { databaseUrl }, context) {
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-mfa-before-'));
  context.cleanup.push(() => rm(folder, { recursive: true, force: true }));
  await build(await resolveCommit(commit, context.signal), folder, context.signal);
  const database = await openDatabase(databaseUrl, context);
  const { ours } = await import(pathToFileURL(join(folder, CONTESTANT)).href);
  const place = { database: database.client, databaseUrl: database.url };
  return { ...(await ours(database)), id: 'before', name: 'before', ...place };
}

/**
 * The whole hash of a commit.
 *
 * @param {string} commit
 * @param {AbortSignal} signal
 */
export async function resolveCommit(commit, signal) {
  // A name that begins with a dash would be an option.
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`];
  try {
    return (await runProgram('git', args, { cwd: ROOT, signal })).trim();
  } catch (cause) {
    throw new UsageError(`--against: there is no commit ${commit}.`, { cause });
  }
}

/**
 * @param {string} hash
 * @param {string} folder empty
 * @param {AbortSignal} signal
 */
async function build(hash, folder, signal) {
  const archive = join(folder, 'commit.tar');
  say(`Building ${hash.slice(0, 7)} in ${folder} (npm ci, npm run build) …`);
  await runProgram('git', ['archive', '--output', archive, hash], { cwd: ROOT, signal });
  await runProgram('tar', ['-xf', archive], { cwd: folder, signal });
  const install = ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await runProgram('npm', install, { cwd: folder, signal });
  await runProgram('npm', ['run', 'build'], { cwd: folder, signal });
}
