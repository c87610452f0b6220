import { Buffer } from 'node:buffer';
import { createHmac, randomInt } from 'node:crypto';

/**
 * A prepared login, good for one request. Each server uses its own members. Those after `cookie` are
 * of works that begin further on: what the requests before have answered.
 *
 * @typedef {{secret: Buffer, backupCode?: string, username?: string, token?: string, email?: string,
 *   cookie?: string, access?: string, refresh?: string, address?: string, code?: string, challenge?: object,
 *   key?: import('../test/support/software-authenticator.ts').SoftwareAuthenticator}} Ticket
 */

/**
 * One kind of request that is measured.
 *
 * `most` bounds the requests of one measurement if a slow hash, or what must be done before it, makes
 * more of them pointless, `mostClients` the clients at once; `codeOf` returns the code that a second step
 * sends for a prepared login; `isLater` is one that a login alone is no ticket for.
 *
 * @typedef {{id: string, name: string, most?: number, mostClients?: number,
 *   codeOf?: (ticket: Ticket) => string,
 *   isLater?: boolean}} Work
 */

/** More requests of one network do not wait in our server's line for hashes of backup codes. */
const HASH_LINE = 8;

/** @type {Work[]} */
export const WORKS = [
  { id: 'sign-in', name: 'sign-in', most: 150 },
  { id: 'right', name: 'right code', codeOf: ({ secret }) => rightTotp(secret) },
  { id: 'wrong', name: 'wrong code', codeOf: ({ secret }) => wrongTotp(secret) },
  { id: 'wrong-backup', name: 'wrong code of backup shape', codeOf: randomBackupCode },
  {
    id: 'backup',
    name: 'right backup code',
    most: 1000,
    mostClients: HASH_LINE,
    codeOf: ({ backupCode = '' }) => backupCode,
  },
  { id: 'send', name: 'sending a code at login', most: 200, isLater: true },
  { id: 'sent', name: 'right sent code', most: 200, isLater: true },
  { id: 'webauthn', name: 'right security key', most: 200, isLater: true },
  { id: 'refresh', name: 'refresh of a session', most: 300, isLater: true },
  { id: 'step-up-ask', name: 'asking for a step-up', most: 200, isLater: true },
  { id: 'step-up', name: 'right code of a step-up', most: 200, isLater: true },
  { id: 'enrol', name: 'set-up of an app', most: 40, mostClients: HASH_LINE, isLater: true },
  { id: 'confirm', name: 'its first right code', most: 40, isLater: true },
];

/** Ids of the second steps, which all servers have. */
export const SECOND_STEPS = ['right', 'wrong', 'wrong-backup', 'backup'];

/**
 * Works of the same pool share their tickets.
 *
 * @param {Work} work
 */
export function poolOf({ id, isLater = false }) {
  return isLater ? id : 'login';
}

const SEED_BATCH = 1000;

/**
 * Fills up the contestant's tickets for a work to the given number.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {number} count
 * @param {{work: Work, signal: AbortSignal}} purpose
 * @returns {Promise<Ticket[]>}
 */
export async function prepareTickets(contestant, count, { work, signal }) {
  const { seed } = contestant;
  if (seed === undefined) throw new TypeError(`${contestant.name} has no logins.`);
  const tickets = ticketsOf(contestant, work);
  while (tickets.length < count) {
    signal.throwIfAborted();
    tickets.push(...(await seed(Math.min(SEED_BATCH, count - tickets.length), work)));
  }
  return tickets;
}

/**
 * The contestant's tickets for a work that are not used yet.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {Work} work
 */
export function ticketsOf(contestant, work) {
  contestant.tickets ??= {};
  return (contestant.tickets[poolOf(work)] ??= []);
}

/** @param {string} id of {@link WORKS} */
export function workOf(id) {
  const work = WORKS.find((each) => each.id === id);
  if (work === undefined) throw new RangeError(`No work is called ${id}.`);
  return work;
}

/**
 * The name of a work in tables.
 *
 * @param {string} id
 */
export function nameOfWork(id) {
  return workOf(id).name;
}

/**
 * The works of the rows that more than our server does, in their order.
 *
 * @param {{work: string, server: string}[]} rows
 */
export function comparedWorks(rows) {
  const others = rows.filter(({ server }) => ['floor', 'Better Auth'].includes(server));
  const works = new Set(rows.map(({ work }) => work));
  return [...works].filter((work) => others.some((row) => row.work === work));
}

/** The password check of our sign-in as a row of the report. */
export const OUR_HASH_ALONE = 'argon2id alone';

/** The password of every prepared user. */
export const PASSWORD = 'correct horse battery staple';

const STEP_SECONDS = 30;
const DIGITS = 6;
const CROCKFORD_BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BACKUP_CODE_LENGTH = 12;
/** Wider than any window of the servers, transmission included. */
const STEPS_NEARBY = [-3, -2, -1, 0, 1, 2, 3];

/**
 * The present code [RFC 6238]. It is computed when it is sent, because a measurement may outlast a code.
 *
 * @param {Buffer} secret
 */
export function rightTotp(secret) {
  return totp(secret, currentStep());
}

/**
 * The code of the next step, for one who has just given the present one. Servers accept it one step
 * early.
 *
 * @param {Buffer} secret
 */
export function nextTotp(secret) {
  return totp(secret, currentStep() + 1);
}

/**
 * A code that is wrong now, was wrong just before and will be wrong soon.
 *
 * @param {Buffer} secret
 */
export function wrongTotp(secret) {
  const rightOnes = STEPS_NEARBY.map((offset) => totp(secret, currentStep() + offset));
  let code = '000000';
  while (rightOnes.includes(code)) code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  return code;
}

/** A code in the form of our server's backup codes. */
export function randomBackupCode() {
  const letters = Array.from({ length: BACKUP_CODE_LENGTH }, () => CROCKFORD_BASE32[randomInt(32)]);
  return letters.join('');
}

function currentStep() {
  return Math.floor(Date.now() / 1000 / STEP_SECONDS);
}

/**
 * RFC 4226 §5.3 on the step of RFC 6238 §4.
 *
 * @param {Buffer} secret
 * @param {number} step
 */
function totp(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE(mac.readUInt8(19) & 0x0f) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}
