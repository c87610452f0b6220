import { applyDecorators, UseGuards } from '@nestjs/common';
import { ACR, type Acr } from '../../core/ports/assurance.js';
import { PROOF_DEMAND, RequireMfaGuard } from '../guards/require-mfa.guard.js';
import { ApiProblems, FRESH_PROOF_PROBLEMS } from '../problems/api-problems.decorator.js';
import { RequireSignIn } from './require-sign-in.decorator.js';

/** What {@link RequireMfa} asks for. */
export interface RequireMfaOptions {
  /** How old the last proof may be, in seconds; a whole number above 0. */
  readonly maxAgeSeconds: number;
  /** Method references that must all be among the proven ones [RFC 8176 §2]. Default: none. */
  readonly amr?: readonly string[] | undefined;
  /** The weakest that will do. Default: two factors. */
  readonly acr?: Acr | undefined;
}

/**
 * Routes of any controller, or one route, that ask for an access token whose proof is recent and
 * strong enough. What they refuse is answered as a problem, and with the challenge of RFC 9470 §3;
 * `step-up/` then leads to a token that will do.
 *
 * @throws {RangeError} when `maxAgeSeconds` is no whole number above 0
 */
export function RequireMfa({
  maxAgeSeconds,
  amr = [],
  acr = ACR.twoFactors,
}: RequireMfaOptions): ClassDecorator & MethodDecorator {
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 1) {
    throw new RangeError('RequireMfa: maxAgeSeconds takes a whole number above 0.');
  }
  return applyDecorators(
    PROOF_DEMAND({ maxAgeSeconds, amr, acr }),
    RequireSignIn(),
    UseGuards(RequireMfaGuard),
    ApiProblems(...FRESH_PROOF_PROBLEMS),
  );
}
