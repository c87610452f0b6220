import { type Acr } from '../../src/mfa/core/ports/assurance.js';
import { type Reply } from './http-client.js';
import { type TestServer } from './server.js';

/** The default of `MFA_STEP_UP_MAX_AGE`. */
export const MAX_AGE_SECONDS = 900;

/** The tokens of a live session. */
export interface LiveTokens {
  readonly access: string;
  readonly refresh: string;
}

/** Advances the clock until a session's last proof is a second too old, and renews its tokens. */
export async function outlastProof(
  server: TestServer,
  { refresh }: Pick<LiveTokens, 'refresh'>,
): Promise<LiveTokens> {
  server.clock.advance({ seconds: MAX_AGE_SECONDS + 1 });
  return renew(server, refresh);
}

/** Spends a refresh token. */
export async function renew(server: TestServer, refresh: string): Promise<LiveTokens> {
  const { body } = await server.post('/token/refresh/', { refresh });
  return { access: body.access, refresh: body.refresh };
}

/** Sends a `DELETE`, which has no body. */
export function deleteAt(server: TestServer, path: string, access: string): Promise<Reply> {
  return server.send('DELETE', path, { headers: { authorization: `Bearer ${access}` } });
}

/** Expects the answer to ask for a fresh proof of this strength [RFC 9470 §3]. */
export function expectFreshProofAsked(
  { status, headers, path, body }: Reply,
  acr: Acr,
  maxAgeSeconds = MAX_AGE_SECONDS,
): void {
  const detail = 'This needs a more recent or a stronger proof of who you are.';
  expect(body).toEqual({
    type: 'urn:nestjs-mfa:problem:fresh_proof_required',
    title: 'Fresh proof required',
    status: 401,
    detail,
    instance: new URL(path, 'http://localhost').pathname,
    code: 'fresh_proof_required',
    max_age: maxAgeSeconds,
    acr_values: acr,
  });
  expect(status).toBe(401);
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('www-authenticate')).toBe(
    `Bearer error="insufficient_user_authentication", error_description="${detail}", ` +
      `acr_values="${acr}", max_age="${maxAgeSeconds}"`,
  );
}
