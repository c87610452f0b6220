import { IsOptional, IsString } from 'class-validator';
import { BoundedText, readFields } from '../../mfa/index.js';

/** Longer than the id of any first factor. */
const LONGEST_ID = 64;

class ProviderChoice {
  @IsOptional()
  @IsString()
  @BoundedText(LONGEST_ID)
  provider?: string;
}

/**
 * The first factor that a login's body names; undefined without one.
 *
 * @throws {MfaError} `validation_failed` for a name that is no text
 */
export function providerIn(body: unknown): string | undefined {
  if (!namesProvider(body)) return undefined;
  return readFields(ProviderChoice, { provider: body.provider }).provider;
}

/** The part of the body that the form of a first factor validates. */
export function withoutProvider(body: unknown): unknown {
  if (!namesProvider(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'provider'));
}

function namesProvider(body: unknown): body is { readonly provider: unknown } {
  return (
    typeof body === 'object' &&
    body !== null &&
    !Array.isArray(body) &&
    Object.hasOwn(body, 'provider')
  );
}
