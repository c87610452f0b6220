import { createHmac } from 'node:crypto';
import { addSeconds } from '../contract/clock.js';
import { constantTimeEqual } from './constant-time-equal.js';
import { normalizeCode } from '../contract/normalize-code.js';
import { type RandomSource } from '../contract/random.js';
import { errorOfForms } from '../contract/option-form.js';
import { SENT_CODE_OPTIONS } from './sent-code.options.js';
import { type SentCodeData } from './sent-code.state.js';

/** How the codes of one handler are made. */
export interface SentCodesOptions {
  /** The handler's name, for the sentence that refuses an option. */
  readonly name: string;
  /** Digits of a code, 6 to 10. Default 6 [NIST SP 800-63B-4 §3.1.3.2]. */
  readonly codeLength?: number | undefined;
  /** Age in seconds at which a code ends, 60 to 600. Default 600 [NIST SP 800-63B-4 §3.1.3.2]. */
  readonly codeLifetimeSeconds?: number | undefined;
}

/** What a typed code is judged by. */
export interface SentCodeTrial {
  /** Of the challenge; null where nothing was sent for it. */
  readonly data: SentCodeData | null;
  /** As it was typed. */
  readonly code: string;
  readonly now: Date;
}

const DEFAULT_LENGTH = 6;
const DEFAULT_LIFETIME_SECONDS = 600;
const KEY_BYTES = 32;

/** The mathematics of codes that are sent: draws them, says what to keep of them, judges them. */
export class SentCodes {
  /** Seconds from the drawing of a code to its end. */
  readonly lifetimeSeconds: number;
  private readonly length: number;

  /** @throws {Error} when the length or the lifetime of a code is out of range */
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

  /** A new code, to be sent, and what is kept of it, which does not give it away. */
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

  /** Whether the typed code is the one that was sent, and in time. */
  accepts({ data, code, now }: SentCodeTrial): boolean {
    // Written so that a time that cannot be read counts as past.
    const isOpen = data !== null && now.getTime() < Date.parse(data.expiresAt);
    if (!isOpen) return false;
    const hash = hashOf(normalizeCode(code), Buffer.from(data.key, 'base64url'));
    return constantTimeEqual(hash, Buffer.from(data.hash, 'base64url'));
  }
}

/** Keyed, so that a look at the stored hash does not find six digits in a prepared table. */
function hashOf(code: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(code).digest();
}
