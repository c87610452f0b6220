import { fileURLToPath } from 'node:url';
import { startChildServer } from '../scripts/child-server.mjs';
import { betterAuth, installPeer, peerHashAlone } from './contestants/better-auth.mjs';
import { auditedFloor, floor } from './contestants/floor.mjs';
import { ourHashAlone, ours } from './contestants/ours.mjs';

/**
 * One of those that are measured in turn.
 *
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} name as the tables have it
 * @property {string[]} works ids of what it can do
 * @property {number[]} [clients] the only numbers of clients that it is measured at
 * @property {(more?: Record<string, string>) =>
 *   Promise<import('../scripts/child-server.mjs').ChildServer>} [start] one more
 *   process of it; the first one makes what tables it needs. Absent: it runs in this process
 * @property {() => Promise<(count: number) => Promise<object[]>>} [openSeeder] gives what makes
 *   tickets, each good for one request
 * @property {(load: import('./measure.mjs').Load<object>) =>
 *   Promise<{seconds: number, latencies: number[]}>} [run]
 * @property {import('../scripts/child-server.mjs').ChildServer} [server] once it is started
 * @property {(count: number) => Promise<object[]>} [seed] once its seeder is open
 * @property {object[]} [tickets] that are not used yet
 */

/** The values of `--servers` in the order of the reports, and what is measured for each. */
const MAKERS = {
  ours: [ours, ourHashAlone],
  floor: [floor],
  'floor-audited': [auditedFloor],
  'better-auth': [betterAuth, peerHashAlone],
  'bare-nest': [bareNest],
};

export const SERVERS = Object.keys(MAKERS);

/**
 * @param {string[]} ids of {@link SERVERS}
 * @param {{url: string, client: import('pg').Client, signal: AbortSignal}} database
 * @returns {Promise<Contestant[]>}
 * @throws {UsageError} when there is no built server, or Better Auth cannot be installed
 */
export async function makeContestants(ids, database) {
  if (ids.includes('better-auth')) await installPeer(database.signal);
  const contestants = [];
  // One after the other, because they create tables.
  for (const make of ids.flatMap((id) => MAKERS[id])) contestants.push(await make(database));
  return contestants;
}

const SERVER = fileURLToPath(new URL('./bare-nest.mjs', import.meta.url));

/** A server without work: only its start and its memory are measured. */
export function bareNest({ url, signal }) {
  const env = { NODE_ENV: 'production', DATABASE_URL: url };
  return {
    id: 'bare-nest',
    name: 'bare Nest with TypeORM',
    works: [],
    start: () => startChildServer(SERVER, env, signal),
  };
}
