import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaError } from '../../contract/errors.js';
import { MAX_EPHEMERAL_TOKEN_LENGTH } from './ephemeral-token.js';
import { JwtKind } from './jwt-kind.js';
import { jwtKeyOf, KeyRing } from './key-ring.js';

/** A login that begins before anybody is named. The token is all that is kept of it. */
export interface PasskeyClaims {
  /** The name of the handler that asks. */
  readonly handler: string;
  /** 32 random bytes in base64url, for this login alone. */
  readonly nonce: string;
}

/** No subject is known yet, so `sub` names the handler. */
const KIND = new JwtKind({
  alg: 'HS256',
  typ: 'mfa-passkey+jwt',
  aud: 'nestjs-mfa:passkey',
  maxLength: MAX_EPHEMERAL_TOKEN_LENGTH,
});

/** Signs and checks the JWTs of logins that begin with a passkey. */
@Injectable()
export class PasskeyTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** A token that expires with this login. */
  sign({ handler: sub, nonce: jti }: PasskeyClaims, expiresAt: Date): string {
    const key = jwtKeyOf(this.keys.newest('ephemeral-token'));
    return KIND.sign(key, { sub, jti, issuedAt: this.clock.now(), expiresAt });
  }

  /**
   * Checks signature, algorithm, type, audience and end [RFC 8725 §3].
   *
   * @throws {MfaError} `invalid_token`, whatever is wrong with the token
   */
  verify(token: string): PasskeyClaims {
    const keys = this.keys.all('ephemeral-token').map(jwtKeyOf);
    try {
      const { sub, jti } = KIND.verify(token, keys, this.clock.now());
      return { handler: sub, nonce: jti };
    } catch (cause) {
      throw new MfaError('invalid_token', {}, { cause });
    }
  }
}
