import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startBuiltServer } from './built-server.mjs';

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
/** No requests to other hosts. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Runs a play in a headless browser against the built server, and stops both. A failure is printed
 * and sets the exit code of the process.
 *
 * @param {(context: import('playwright-core').BrowserContext, url: string) => Promise<void>} play
 * @param {Record<string, string>} [settings] of the server
 */
export async function tryInBrowser(play, settings) {
  const server = await startBuiltServer(settings);
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: EXECUTABLE,
      args: FLAGS,
      chromiumSandbox: false,
      viewport: { width: 1280, height: 1000 },
    });
    try {
      await play(context, server.url);
    } finally {
      await context.close();
    }
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await server.stop();
    await rm(profile, { recursive: true, force: true });
  }
}
