import { fileURLToPath } from 'node:url';
import { startChildServer } from '../scripts/child-server.mjs';
import { before } from './contestants/before.mjs';
import { betterAuth, installPeer, peerHashAlone } from './contestants/better-auth.mjs';
import { auditedFloor, floor } from './contestants/floor.mjs';
import { ourHashAlone, ours } from './contestants/ours.mjs';

/**
 * @typedef {import('../scripts/child-server.mjs').ChildServer} ChildServer
 * @typedef {import('./command.mjs').Database} Database
 * @typedef {import('./works.mjs').Work} Work
 * @typedef {import('./works.mjs').Ticket} Ticket
 * @typedef {(count: number, work: Work) => Promise<Ticket[]>} Seeder makes tickets for a work
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
 * @property {(server: ChildServer) => Promise<Seeder>} [openSeeder] of the first process
 * @property {(load: import('./client.mjs').Load) => Promise<import('./client.mjs').Taken>} [run]
 * @property {import('pg').Client} [database] where its tables are
 * @property {string} [databaseUrl]
 * @property {ChildServer} [server] once it is started
 * @property {Seeder} [seed] once its seeder is open
 * @property {Record<string, Ticket[]>} [tickets] that are not used yet, by their pool
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

/** @param {Database} database */
function placeOf({ client, url }) {
  return { database: client, databaseUrl: url };
}

/**
 * @param {{servers: string[], against: string | undefined, databaseUrl: string}} options `servers`
 *   are ids of {@link SERVERS}; `against` is an earlier commit
 * @param {Database} database
 * @param {import('./command.mjs').Context} context
 * @returns {Promise<Contestant[]>}
 * @throws {UsageError} when there is no built server, or another one cannot be installed
 */
export async function makeContestants({ servers, against, databaseUrl }, database, context) {
  if (servers.includes('better-auth')) await installPeer(database.signal);
  /** @type {Contestant[]} */
  const contestants = [];
  // One after the other, because they create tables.
  for (const make of servers.flatMap((id) => MAKERS[id] ?? [])) {
    contestants.push({ ...placeOf(database), ...(await make(database)) });
  }
  if (against === undefined) return contestants;
  const ours = contestants.filter(({ id }) => id === 'ours');
  const others = contestants.filter(({ id }) => id !== 'ours');
  return [...ours, await before(against, { databaseUrl }, context), ...others];
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
