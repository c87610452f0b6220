import { Buffer } from 'node:buffer';
import { createHmac, randomInt } from 'node:crypto';

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
