import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Beside the build, where only the operator writes. Whoever can write it decides what runs, so it is not
 * Node's own choice, a folder of `/tmp`.
 */
const FOLDER = fileURLToPath(new URL('../../.compile-cache', import.meta.url));

/**
 * Keeps the compiled form of what is loaded from now on, for the next start. Without the right to write
 * there, or before Node 22.1, nothing is kept. `NODE_COMPILE_CACHE` names another folder, and
 * `NODE_DISABLE_COMPILE_CACHE` switches it off.
 */
export function keepCompiledCode(): void {
  // The types are those of the oldest Node that works.
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  enableCompileCache?.(FOLDER);
}
