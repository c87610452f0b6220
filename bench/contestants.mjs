import { bareNest } from './contestants/bare-nest.mjs';
import { betterAuth, peerHashAlone } from './contestants/better-auth.mjs';
import { auditedFloor, floor } from './contestants/floor.mjs';
import { ourHashAlone, ours } from './contestants/ours.mjs';
import { installPeer } from './peer-package.mjs';

/**
 * One of those that are measured in turn.
 *
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} name as the tables have it
 * @property {string[]} works ids of what it can do
 * @property {number[]} [clients] the only numbers of clients that it is measured at
 * @property {() => Promise<import('../scripts/child-server.mjs').ChildServer>} [start] one more
 *   process of it; the first one makes what tables it needs. Absent: it runs in this process
 * @property {() => Promise<(count: number) => Promise<object[]>>} [openSeeder] gives what makes
 *   tickets, each good for one request
 * @property {(load: object) => Promise<{seconds: number, latencies: number[]}>} [run]
 */

/** What `--servers` takes, in the order of the reports, and what is measured for each. */
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
  // One after the other, for they make tables.
  for (const make of ids.flatMap((id) => MAKERS[id])) contestants.push(await make(database));
  return contestants;
}
