import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import argon2 from '@node-rs/argon2';
import { startChildServer } from '../../scripts/child-server.mjs';
import { hashAlone, runnerOf } from '../client.mjs';
import { UsageError } from '../command.mjs';
import { PASSWORD, WORKS } from '../works.mjs';
import { makeSecurityKey, openMailbox, stepOf, walkTo } from './our-requests.mjs';
import { HASH_WORK, loadParts, makeOurKeys, openOurSeeder } from './seed-ours.mjs';

/**
 * @typedef {import('../contestants.mjs').Contestant} Contestant
 * @typedef {import('../works.mjs').Work} Work
 * @typedef {import('./seed-ours.mjs').Keys} Keys
 * @typedef {import('./seed-ours.mjs').MethodsOf} MethodsOf
 * @typedef {Awaited<ReturnType<typeof loadParts>>} Parts
 * @typedef {Contestant & Required<Pick<Contestant, 'start' | 'openSeeder'>> & {keys: Keys}} Ours
 */

const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PUBLIC_URL = 'http://localhost:3000';
const PLENTY = '1000000';

/** The settings of our server that differ from the defaults of production. */
export const OUR_SETTINGS = {
  NODE_ENV: 'production',
  RATE_LIMIT_PER_MINUTE: PLENTY,
  SESSION_READS_PER_MINUTE: PLENTY,
  SUBJECT_READS_PER_MINUTE: PLENTY,
  SESSION_WRITES_PER_MINUTE: PLENTY,
  SUBJECT_WRITES_PER_MINUTE: PLENTY,
  MAX_SENDS_PER_HOUR: PLENTY,
  MFA_MAX_SENDS_PER_NETWORK: PLENTY,
  MFA_HANDLERS: 'app,email,webauthn',
  PUBLIC_URL,
};

/**
 * The built server. `before` takes this function from earlier commits.
 *
 * @param {import('../command.mjs').Database} database
 * @returns {Promise<Ours>}
 * @throws {UsageError} when there is no build
 */
export async function ours({ url, client, signal, cleanup }) {
  if (!existsSync(SERVER)) throw new UsageError('There is no built server: run `npm run build`.');
  const keys = await makeOurKeys();
  const mailbox = await openMailbox(cleanup);
  const env = { ...keys, ...OUR_SETTINGS, SMTP_URL: mailbox.url, DATABASE_URL: url };
  return {
    id: 'ours',
    name: 'ours',
    keys,
    works: WORKS.map(({ id }) => id),
    start: (more = {}) => startChildServer(SERVER, { ...env, ...more }, signal),
    openSeeder: async ({ port }) => {
      const parts = await loadParts(keys);
      const seed = await openOurSeeder(client, parts);
      return async (count, work) => {
        const tickets = await seed(count, methodsFor(work, parts));
        await walkTo(tickets, work, { port, signal, mailbox });
        return tickets;
      };
    },
    run: runnerOf(
      ({ id }, ticket) => stepOf(id).requestTo(ticket),
      ({ id }) => stepOf(id).expects,
    ),
  };
}

/** The password check of our sign-in as a row of the report. */
export const OUR_HASH_ALONE = 'argon2id alone';

/** The password check of our sign-in alone. */
export async function ourHashAlone() {
  const { memoryKib: memoryCost, passes: timeCost } = HASH_WORK;
  const hash = await argon2.hash(PASSWORD, { memoryCost, timeCost, parallelism: 1 });
  return hashAlone(OUR_HASH_ALONE, () => argon2.verify(hash, PASSWORD));
}

/** The works whose users have no second factor yet. */
const SET_UPS = ['enrol', 'confirm'];
/** The works whose users have several. */
const OF_SEVERAL = ['send', 'sent', 'webauthn'];

/**
 * The methods of a work's users.
 *
 * @param {Work} work
 * @param {Parts} parts
 * @returns {MethodsOf}
 */
function methodsFor({ id }, { random, appState }) {
  if (SET_UPS.includes(id)) return async () => [];
  return async ({ subjectId, methodId, ticket }) => {
    const app = { handler: 'app', id: methodId, state: appState(ticket.secret) };
    if (!OF_SEVERAL.includes(id)) return [app];
    const { key, credential } = await makeSecurityKey(PUBLIC_URL);
    const address = `${subjectId}@bench.example`;
    Object.assign(ticket, { key, address });
    return [
      app,
      { handler: 'email', id: random.rowId(), state: { address } },
      { handler: 'webauthn', id: random.rowId(), state: { credential } },
    ];
  };
}
