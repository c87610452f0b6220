import { addSeconds, type KeyRing } from '../../../mfa/index.js';
import { VERIFICATION_CODE } from './email-verification-limits.js';
import { type ConfirmationLife } from './email-verification-rows.js';

/**
 * The code of a mail: the same in each try of its delivery, since mail servers drop a second mail with a
 * known Message-ID.
 */
export function mailedCode(keyRing: KeyRing, deliveryId: string): string {
  const tag = keyRing.tag('mailed-code', `of delivery ${deliveryId}`);
  const bytes = Buffer.from(tag.slice(tag.lastIndexOf('.') + 1), 'base64url');
  const number = BigInt(`0x${bytes.toString('hex')}`);
  const codes = 10n ** BigInt(VERIFICATION_CODE.digits);
  return String(number % codes).padStart(VERIFICATION_CODE.digits, '0');
}

/** A life from the request on. A request dated in the future comes from a clock that was ahead. */
export function lifeSince(requested: Date, seconds: number, now: Date): ConfirmationLife {
  const requestedAt = requested > now ? now : requested;
  return { requestedAt, expiresAt: addSeconds(requestedAt, seconds) };
}
