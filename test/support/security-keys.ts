import { type Environment, type SignedIn, type TestServer } from './server.js';
import { SoftwareAuthenticator } from './software-authenticator.js';

/** Where the front end runs whose people sign in with security keys. */
export const ORIGIN = 'https://login.example.org';

/** A server that takes the security keys of people at {@link ORIGIN}. */
export const SECURITY_KEYS: Environment = {
  MFA_HANDLERS: 'app,email,webauthn',
  WEBAUTHN_RP_ID: 'example.org',
  WEBAUTHN_ORIGINS: ORIGIN,
};

/** A confirmed security key. */
export async function enrolKey(
  server: TestServer,
  { access }: Pick<SignedIn, 'access'>,
): Promise<SoftwareAuthenticator> {
  const key = new SoftwareAuthenticator(ORIGIN);
  const { body } = await server.post('/mfa/', { method: 'webauthn' }, access);
  const proof = { method: 'webauthn', credential: key.create(body.setup_data) };
  expect((await server.post('/mfa/confirm/', proof, access)).status).toBe(200);
  return key;
}
