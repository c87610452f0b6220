import { createHmac } from 'node:crypto';
import { addSeconds } from '../contract/clock.js';
import { constantTimeEqual } from './constant-time-equal.js';
import { normalizeCode } from '../contract/normalize-text.js';
import { type RandomSource } from '../contract/random.js';
import { errorOfForms } from '../contract/option-form.js';
import { SENT_CODE_OPTIONS } from './sent-code.options.js';
import { type SentCodeData } from './sent-code.state.js';

/** The options of the codes of one handler. */
export interface SentCodesOptions {
  /** The handler's name, also for the error about an option. */
  readonly name: string;
  /** Digits of a code, 6 to 10. Default 6 [NIST SP 800-63B-4 §3.1.3.2]. */
  readonly codeLength?: number | undefined;
  /** Lifetime of a code in seconds, 60 to 600. Default 600 [NIST SP 800-63B-4 §3.1.3.2]. */
  readonly codeLifetimeSeconds?: number | undefined;
}

/** A typed code, and what it is compared with. */
export interface SentCodeTrial {
  /** The data of the challenge. Null: no code was sent for it. */
  readonly data: SentCodeData | null;
  /** As the person typed it. */
  readonly code: string;
  readonly now: Date;
}

const DEFAULT_LENGTH = 6;
const DEFAULT_LIFETIME_SECONDS = 600;
const KEY_BYTES = 32;

/** The mathematics of sent codes: draws a code, makes the data to store, judges a typed code. */
export class SentCodes {
  /** Seconds in which a drawn code is accepted. */
  readonly lifetimeSeconds: number;
  private readonly length: number;

  /** @throws {Error} if the length or the lifetime of a code is out of range */
  constructor(
    { name, codeLength, codeLifetimeSeconds }: SentCodesOptions,
    private readonly random: RandomSource,
  ) {
    this.length = codeLength ?? DEFAULT_LENGTH;
    this.lifetimeSeconds = codeLifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS;
    const values = { codeLength: this.length, codeLifetimeSeconds: this.lifetimeSeconds };
    const error = errorOfForms(SENT_CODE_OPTIONS, values);
    if (error !== undefined) throw new Error(`MFA handler "${name}": ${error}`);
  }

  /** Draws a code to send, and makes the data to store, which does not reveal the code. */
  draw(now: Date): { readonly code: string; readonly data: SentCodeData } {
    const code = this.random.characters('0123456789', this.length);
    const key = this.random.bytes(KEY_BYTES);
    const data = {
      hash: hashOf(code, key).toString('base64url'),
      key: key.toString('base64url'),
      expiresAt: addSeconds(now, this.lifetimeSeconds).toISOString(),
    };
    return { code, data };
  }

  /** Whether the typed code is the sent one and is in time. */
  accepts({ data, code, now }: SentCodeTrial): boolean {
    // An unreadable time counts as past: no comparison with NaN is true.
    const isOpen = data !== null && now.getTime() < Date.parse(data.expiresAt);
    if (!isOpen) return false;
    const hash = hashOf(normalizeCode(code), Buffer.from(data.key, 'base64url'));
    return constantTimeEqual(hash, Buffer.from(data.hash, 'base64url'));
  }
}

/** Keyed, so that a prepared table of all six-digit codes does not reveal the code. */
function hashOf(code: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(code).digest();
}
