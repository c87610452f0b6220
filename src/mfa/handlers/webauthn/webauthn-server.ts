import type * as Server from '@simplewebauthn/server';
import type * as Helpers from '@simplewebauthn/server/helpers';
import { OptionalPackage } from '../../kit/optional-package.js';

/** The parts of the package that are used. */
export type WebAuthnServer = Pick<
  typeof Server,
  'verifyAuthenticationResponse' | 'verifyRegistrationResponse'
> &
  Pick<
    typeof Helpers,
    'decodeAttestationObject' | 'decodeClientDataJSON' | 'isoBase64URL' | 'isoCBOR'
  >;

/** The package that checks the answers of keys. */
export const webAuthnServer = new OptionalPackage<WebAuthnServer>(
  '@simplewebauthn/server',
  async () => {
    const [server, helpers] = await Promise.all([
      import('@simplewebauthn/server'),
      import('@simplewebauthn/server/helpers'),
    ]);
    const { verifyAuthenticationResponse, verifyRegistrationResponse } = server;
    const { decodeAttestationObject, decodeClientDataJSON, isoBase64URL, isoCBOR } = helpers;
    return {
      verifyAuthenticationResponse,
      verifyRegistrationResponse,
      decodeAttestationObject,
      decodeClientDataJSON,
      isoBase64URL,
      isoCBOR,
    };
  },
);
