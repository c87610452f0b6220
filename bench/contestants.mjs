import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from './options.mjs';
import { createFloorTables, makeFloorKeys, seedFloor } from './seed-floor.mjs';
import { makeOurKeys, openOurSeeder } from './seed-ours.mjs';
import { startChildServer } from '../scripts/child-server.mjs';

const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url));
const OURS = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The floor that writes an audit event for each wrong code. */
export const AUDITED_FLOOR_NAME = 'floor + failure event';
export const OUR_NAME = 'ours';

/** Of our server's settings, these alone are not the defaults of production. */
export const OUR_SETTINGS = {
  NODE_ENV: 'production',
  RATE_LIMIT_PER_MINUTE: '1000000',
  PUBLIC_URL: 'http://localhost:3000',
  // Never reached: nothing that is measured sends a mail.
  SMTP_URL: 'smtp://127.0.0.1:9',
};

/** @throws {UsageError} when there is no built server to measure */
export function checkBuild() {
  if (!existsSync(OURS)) throw new UsageError('There is no built server: run `npm run build`.');
}

/**
 * The floor, once as it is and once with an audit event for each wrong code.
 *
 * @param {{url: string, client: import('pg').Client, signal: AbortSignal}} database
 */
export async function startFloors({ url, client, signal }, cleanup) {
  const keys = makeFloorKeys();
  await createFloorTables(client);
  const start = async (name, auditsFailures) => {
    const env = { ...keys, DATABASE_URL: url, FLOOR_AUDITS_FAILURES: String(auditsFailures) };
    const server = await startChildServer(FLOOR, env, signal);
    cleanup.push(server.stop);
    return { name, server, seed: (count) => seedFloor(client, keys, count) };
  };
  return [await start('floor', false), await start(AUDITED_FLOOR_NAME, true)];
}

/** Our server as it is built; it makes its tables itself. */
export async function startOurs({ url, client, signal }, cleanup) {
  const keys = await makeOurKeys();
  const env = { ...keys, ...OUR_SETTINGS, DATABASE_URL: url };
  const server = await startChildServer(OURS, env, signal);
  cleanup.push(server.stop);
  return { name: OUR_NAME, server, seed: await openOurSeeder(client, keys) };
}
