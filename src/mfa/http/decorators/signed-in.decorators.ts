import {
  applyDecorators,
  UseFilters,
  UseGuards,
  createParamDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { SignedInGuard, principals } from '../guards/signed-in.guard.js';
import { MfaProblemFilter } from '../problems/mfa-problem.filter.js';
import { FreshProofGuard, methodSnapshots } from '../guards/fresh-proof.guard.js';
import { ACR, type Acr } from '../../core/ports/assurance.js';
import { PROOF_DEMAND, RequireMfaGuard } from '../guards/require-mfa.guard.js';
import { ApiProblems, FRESH_PROOF_PROBLEMS } from '../problems/api-problems.decorator.js';
import { type Actor, type Principal } from '../../core/access/actor.js';
import { clientOf } from '../requests/client-info.js';
import { type HttpRequest } from '../requests/http-request.js';
import { type MethodSnapshot } from '../../core/ports/stores.js';

/** The name of the scheme in the OpenAPI document. */
export const BEARER_SCHEME = 'bearer';

/** Routes, or one route, of any controller that ask for an access token; refusals are problems. */
export function RequireSignIn(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseGuards(SignedInGuard),
    UseFilters(MfaProblemFilter),
    ApiBearerAuth(BEARER_SCHEME),
  );
}

/**
 * Routes, or one route, that change what protects an account: they ask for an access token whose
 * proof is at most `stepUpMaxAgeSeconds` old, of two factors where the subject has a second one.
 * Document them with {@link FRESH_PROOF_PROBLEMS}.
 */
export function RequireFreshProof(): ClassDecorator & MethodDecorator {
  return applyDecorators(RequireSignIn(), UseGuards(FreshProofGuard));
}

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

/** Parameter: the {@link Actor} of the request. The route needs {@link SignedInGuard}. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<HttpRequest>();
  return { ...principals.of(request), client: clientOf(request) };
});

/** Parameter: the {@link Principal} of the request. The route needs {@link SignedInGuard}. */
export const SignedInAs = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principals.of(context.switchToHttp().getRequest<object>()),
);

/** Parameter: the methods of whoever is signed in, as {@link FreshProofGuard} has read them. */
export const MethodsRead = createParamDecorator(
  (_: unknown, context: ExecutionContext): MethodSnapshot =>
    methodSnapshots.of(context.switchToHttp().getRequest<object>()),
);
