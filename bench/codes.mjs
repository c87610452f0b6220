import { createHmac, randomInt } from 'node:crypto';
import { Buffer } from 'node:buffer';

const STEP_SECONDS = 30;
const DIGITS = 6;
const CROCKFORD_BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BACKUP_CODE_LENGTH = 12;
/** Wider than any window of the servers, and than the time from here to there. */
const STEPS_NEARBY = [-3, -2, -1, 0, 1, 2, 3];

/**
 * What is sent, and what must come back. A code is made when it is sent, so that a long
 * measurement does not outlive it.
 */
export const SHAPES = [
  {
    name: 'right code',
    makeCode: (secret) => totp(secret, currentStep()),
    expects: { status: 200, text: '"access":' },
  },
  {
    name: 'wrong code',
    makeCode: wrongTotp,
    expects: { status: 400, text: '"invalid_code"' },
  },
  {
    name: 'wrong code of backup shape',
    makeCode: randomBackupCode,
    expects: { status: 400, text: '"invalid_code"' },
  },
];

/** A code that is right now nor soon nor just now. */
function wrongTotp(secret) {
  const rightOnes = STEPS_NEARBY.map((offset) => totp(secret, currentStep() + offset));
  let code = '000000';
  while (rightOnes.includes(code)) code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  return code;
}

function randomBackupCode() {
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
