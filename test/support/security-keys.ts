import { authConfigFile } from './auth-config-file.js';
import { type HttpClient } from './http-client.js';
import { type Environment, type SignedIn } from './server.js';
import { type Conduct, SoftwareAuthenticator } from './software-authenticator.js';

/** Where the front end runs whose people sign in with security keys. */
export const ORIGIN = 'https://login.example.org';

/** Whose keys they are. */
export const RELYING_PARTY = { WEBAUTHN_RP_ID: 'example.org', WEBAUTHN_ORIGINS: ORIGIN };

/** A server that takes the security keys of people at {@link ORIGIN}. */
export const SECURITY_KEYS: Environment = {
  MFA_HANDLERS: 'app,email,webauthn',
  ...RELYING_PARTY,
};

/** A passkey that verifies its person. */
export const PASSKEY: Conduct = { isVerified: true, isPasskey: true };

/** A server that takes passkeys of people at {@link ORIGIN} as a first factor, too. */
export function withPasskeys(): Environment {
  const factors = ['app', 'email', 'webauthn'].map((type) => `  - { type: ${type} }\n`);
  const text = `providers:\n  - { type: local }\n  - { type: passkey }\nfactors:\n${factors.join('')}`;
  return { ...RELYING_PARTY, AUTH_CONFIG: authConfigFile(text) };
}

/** A confirmed security key. */
export async function enrolKey(
  server: Pick<HttpClient, 'post'>,
  { access }: Pick<SignedIn, 'access'>,
  conduct: Conduct = {},
): Promise<SoftwareAuthenticator> {
  const key = new SoftwareAuthenticator(ORIGIN, conduct);
  const { body } = await server.post('/mfa/', { method: 'webauthn' }, access);
  const proof = { method: 'webauthn', credential: key.create(body.setup_data) };
  expect((await server.post('/mfa/confirm/', proof, access)).status).toBe(200);
  return key;
}
