import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaError } from '../../contract/errors.js';
import { type ChallengeKey } from '../ports/stores.js';
import { JwtKind } from './jwt-kind.js';
import { jwtKeyOf, KeyRing } from './key-ring.js';

/** Purposes whose challenge the client names by an ephemeral token. */
export type EphemeralPurpose = 'login' | 'step_up';

/** What an ephemeral token says. Only the challenge's row decides what it is worth. */
export interface EphemeralClaims {
  readonly subjectId: string;
  readonly challengeId: string;
  readonly purpose: EphemeralPurpose;
}

/** In UTF-16 units: three times the length of our tokens. */
export const MAX_EPHEMERAL_TOKEN_LENGTH = 1024;

const KINDS: Readonly<Record<EphemeralPurpose, JwtKind>> = {
  login: kindFor('login'),
  step_up: kindFor('step_up'),
};

/** Signs and checks the JWTs that name a challenge. */
@Injectable()
export class EphemeralTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** A token that names this challenge and expires with it. */
  sign(challenge: ChallengeKey & { expiresAt: Date }, purpose: EphemeralPurpose): string {
    const { subjectId: sub, id: jti, expiresAt } = challenge;
    const key = jwtKeyOf(this.keys.newest('ephemeral-token'));
    return KINDS[purpose].sign(key, { sub, jti, issuedAt: this.clock.now(), expiresAt });
  }

  /**
   * Checks signature, algorithm, type, audience and end [RFC 8725 §3].
   *
   * @throws {MfaError} `invalid_token`, whatever is wrong with the token
   */
  verify(token: string, purpose: EphemeralPurpose = 'login'): EphemeralClaims {
    const keys = this.keys.all('ephemeral-token').map(jwtKeyOf);
    try {
      const { sub, jti } = KINDS[purpose].verify(token, keys, this.clock.now());
      return { subjectId: sub, challengeId: jti, purpose };
    } catch (cause) {
      throw new MfaError('invalid_token', {}, { cause });
    }
  }
}

function kindFor(purpose: EphemeralPurpose): JwtKind {
  return new JwtKind({
    alg: 'HS256',
    typ: 'mfa-ephemeral+jwt',
    aud: `nestjs-mfa:${purpose}`,
    maxLength: MAX_EPHEMERAL_TOKEN_LENGTH,
  });
}
