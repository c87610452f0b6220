import { fileURLToPath } from 'node:url';
import { startChildServer } from './child-server.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/**
 * Starts the built server in a new folder that is also its data directory. Uses `DATABASE_URL` if
 * it is set.
 *
 * @param {Record<string, string>} [settings] variables in addition to those of this process
 * @returns {Promise<{url: string, output: () => string, stop: () => Promise<void>}>}
 */
export async function startBuiltServer(settings = {}) {
  const { port, output, stop } = await startChildServer(MAIN, {
    ...process.env,
    ...settings,
    PORT: undefined,
  });
  return { url: `http://127.0.0.1:${port}`, output, stop };
}
