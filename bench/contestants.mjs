import { fileURLToPath } from 'node:url';
import { startChildServer } from '../scripts/child-server.mjs';
import { betterAuth, installPeer, peerHashAlone } from './contestants/better-auth.mjs';
import { auditedFloor, floor } from './contestants/floor.mjs';
import { ourHashAlone, ours } from './contestants/ours.mjs';

/**
 * @typedef {import('../scripts/child-server.mjs').ChildServer} ChildServer
 * @typedef {import('./command.mjs').Database} Database
 * @typedef {(count: number) => Promise<import('./works.mjs').Ticket[]>} Seeder makes tickets
 */

/**
 * One of those that are measured in turn.
 *
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} name as the tables have it
 * @property {string[]} works ids of what it can do
 * @property {number[]} [clients] the only numbers of clients that it is measured at
 * @property {(more?: Record<string, string>) => Promise<ChildServer>} [start] starts one more process;
 *   the first one creates the tables that it needs. Absent: it runs in this process
 * @property {() => Promise<Seeder>} [openSeeder]
 * @property {(load: import('./measure.mjs').Load) => Promise<import('./measure.mjs').Taken>} [run]
 * @property {ChildServer} [server] once it is started
 * @property {Seeder} [seed] once its seeder is open
 * @property {import('./works.mjs').Ticket[]} [tickets] that are not used yet
 */

/**
 * The values of `--servers` in the order of the reports, and what is measured for each.
 *
 * @type {Record<string, ((database: Database) => Contestant | Promise<Contestant>)[]>}
 */
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
 * @param {Database} database
 * @returns {Promise<Contestant[]>}
 * @throws {UsageError} when there is no built server, or Better Auth cannot be installed
 */
export async function makeContestants(ids, database) {
  if (ids.includes('better-auth')) await installPeer(database.signal);
  const contestants = [];
  // One after the other, because they create tables.
  for (const make of ids.flatMap((id) => MAKERS[id] ?? [])) contestants.push(await make(database));
  return contestants;
}

const SERVER = fileURLToPath(new URL('./bare-nest.mjs', import.meta.url));

/**
 * A server without work: only its start and its memory are measured.
 *
 * @param {Database} database
 * @returns {Contestant}
 */
export function bareNest({ url, signal }) {
  const env = { NODE_ENV: 'production', DATABASE_URL: url };
  return {
    id: 'bare-nest',
    name: 'bare Nest with TypeORM',
    works: [],
    start: () => startChildServer(SERVER, env, signal),
  };
}
