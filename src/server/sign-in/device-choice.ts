import { IsString } from 'class-validator';
import { BoundedText, readFields } from '../../mfa/index.js';

/** Longer than any token of a device. */
const LONGEST_TOKEN = 4096;

class DeviceChoice {
  @IsString()
  @BoundedText(LONGEST_TOKEN)
  trusted_device!: string;
}

/** The body of a login in two parts. */
export interface LoginBody {
  /** What the first factor reads. */
  readonly form: unknown;
  /** The token of a remembered device; undefined without one. */
  readonly trustedDevice: string | undefined;
}

/**
 * Takes `trusted_device` out of the body of a login. It says nothing of the token: only a right first factor
 * has it looked at.
 *
 * @throws {MfaError} `validation_failed` for a token that is no text
 */
export function takeDevice(body: unknown): LoginBody {
  if (!namesDevice(body)) return { form: body, trustedDevice: undefined };
  const { trusted_device, ...form } = body;
  return { form, trustedDevice: readFields(DeviceChoice, { trusted_device }).trusted_device };
}

function namesDevice(body: unknown): body is { readonly trusted_device: unknown } {
  return (
    typeof body === 'object' &&
    body !== null &&
    !Array.isArray(body) &&
    Object.hasOwn(body, 'trusted_device')
  );
}
