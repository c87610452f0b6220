import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const RESULTS = new URL('results/', import.meta.url);

/** Writes everything, each single run too, and gives back where. */
export async function writeResult(kind, result) {
  await mkdir(RESULTS, { recursive: true });
  const file = new URL(`${kind}-${result.startedAt.replaceAll(':', '-')}.json`, RESULTS);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return fileURLToPath(file);
}
