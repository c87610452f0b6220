import { MfaError } from '../../mfa/index.js';

/** The part of a request that carries an access token. */
export interface HeaderedRequest {
  readonly headers: { readonly authorization?: string | undefined };
}

/**
 * The token of an `Authorization: Bearer` header [RFC 6750 §2.1]. Access tokens are accepted
 * nowhere else.
 *
 * @throws {MfaError} `not_authenticated` without the header or with another scheme,
 *   `token_not_valid` when the rest cannot be a token
 */
export function bearerToken({ headers }: HeaderedRequest): string {
  const [scheme, ...rest] = (headers.authorization ?? '').trim().split(/ +/);
  if (scheme?.toLowerCase() !== 'bearer') throw new MfaError('not_authenticated');
  const [token, ...more] = rest;
  if (token === undefined || more.length > 0) throw new MfaError('token_not_valid');
  return token;
}
