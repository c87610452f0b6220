import { Buffer } from 'node:buffer';
import { createHmac, randomInt } from 'node:crypto';

/**
 * One kind of request that is measured.
 *
 * `most` bounds the requests of one measurement where a slow hash makes more of them pointless;
 * `codeOf` gives the code that a second step sends, from a login that was prepared.
 *
 * @typedef {{id: string, name: string, most?: number,
 *   codeOf?: (login: {secret: Buffer, backupCode: string}) => string}} Work
 */

/** @type {Work[]} */
export const WORKS = [
  { id: 'sign-in', name: 'sign-in', most: 150 },
  { id: 'right', name: 'right code', codeOf: ({ secret }) => rightTotp(secret) },
  { id: 'wrong', name: 'wrong code', codeOf: ({ secret }) => wrongTotp(secret) },
  { id: 'wrong-backup', name: 'wrong code of backup shape', codeOf: randomBackupCode },
  { id: 'backup', name: 'right backup code', most: 1000, codeOf: (login) => login.backupCode },
];

/** @param {string} id of {@link WORKS} */
export function workOf(id) {
  const work = WORKS.find((each) => each.id === id);
  if (work === undefined) throw new RangeError(`No work is called ${id}.`);
  return work;
}

/** Password of every user that is prepared. */
export const PASSWORD = 'correct horse battery staple';

const STEP_SECONDS = 30;
const DIGITS = 6;
const CROCKFORD_BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BACKUP_CODE_LENGTH = 12;
/** Wider than any window of the servers, and than the time from here to there. */
const STEPS_NEARBY = [-3, -2, -1, 0, 1, 2, 3];

/** The code of now [RFC 6238]; made when it is sent, so that a long measurement does not outlive it. */
export function rightTotp(secret) {
  return totp(secret, currentStep());
}

/** A code that is right now nor soon nor just now. */
export function wrongTotp(secret) {
  const rightOnes = STEPS_NEARBY.map((offset) => totp(secret, currentStep() + offset));
  let code = '000000';
  while (rightOnes.includes(code)) code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  return code;
}

/** Of the shape that our server gives out. */
export function randomBackupCode() {
  const letters = Array.from({ length: BACKUP_CODE_LENGTH }, () => CROCKFORD_BASE32[randomInt(32)]);
  return letters.join('');
}

function currentStep() {
  return Math.floor(Date.now() / 1000 / STEP_SECONDS);
}

/** RFC 4226 §5.3 on the step of RFC 6238 §4. */
function totp(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 0x0f) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}
