import {
  applyDecorators,
  UseFilters,
  UseGuards,
  createParamDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { senderOf, SignedInGuard } from '../guards/signed-in.guard.js';
import { MfaProblemFilter } from '../problems/problem.filter.js';
import { FreshProofGuard, methodSnapshots } from '../guards/fresh-proof.guard.js';
import { ACR, type Acr } from '../../core/ports/assurance.js';
import { PROOF_DEMAND, RequireMfaGuard } from '../guards/require-mfa.guard.js';
import { ApiProblems, FRESH_PROOF_PROBLEMS } from '../problems/api-problems.decorator.js';
import { type Actor, type Principal } from '../../core/access/actor.js';
import { type SignedInAccount } from '../../core/access/present-accounts.js';

/** The name of the security scheme in the OpenAPI document. */
export const BEARER_SCHEME = 'bearer';

/**
 * Makes a controller or a route ask for an access token. It answers a refusal as a problem. Resolvers of GraphQL
 * and gateways of WebSockets take it too: each field and each message is judged anew.
 */
export function RequireSignIn(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseGuards(SignedInGuard),
    UseFilters(MfaProblemFilter),
    ApiBearerAuth(BEARER_SCHEME),
  );
}

/**
 * Makes a controller or a route ask for a recent proof, for changes of the protection of an account. The
 * proof is at most `stepUpMaxAgeSeconds` old, and of two factors if the subject has a second one.
 * Document such routes with {@link FRESH_PROOF_PROBLEMS}.
 */
export function RequireFreshProof(): ClassDecorator & MethodDecorator {
  return applyDecorators(RequireSignIn(), UseGuards(FreshProofGuard));
}

/** The demand of {@link RequireMfa}. */
export interface RequireMfaOptions {
  /** The greatest age of the last proof in seconds, a whole number above 0. */
  readonly maxAgeSeconds: number;
  /** Method references that must all be proven [RFC 8176 §2]. Default: none. */
  readonly amr?: readonly string[] | undefined;
  /** The weakest accepted `acr`. Default: two factors. */
  readonly acr?: Acr | undefined;
  /**
   * Whether a sign-in with a password on a remembered device is enough where two factors are asked for;
   * `maxAgeSeconds` is then the age of that password. Default: false.
   */
  readonly acceptsRememberedDevice?: boolean | undefined;
}

/**
 * Makes a controller or a route ask for an access token with a recent and strong proof. It answers a refusal
 * as a problem with the challenge of RFC 9470 §3. `step-up/` then leads to a sufficient token. Resolvers and
 * gateways take it too, as {@link RequireSignIn}.
 *
 * @throws {RangeError} if `maxAgeSeconds` is no whole number above 0
 */
export function RequireMfa({
  maxAgeSeconds,
  amr = [],
  acr = ACR.twoFactors,
  acceptsRememberedDevice = false,
}: RequireMfaOptions): ClassDecorator & MethodDecorator {
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 1) {
    throw new RangeError('RequireMfa: maxAgeSeconds takes a whole number above 0.');
  }
  return applyDecorators(
    PROOF_DEMAND({ maxAgeSeconds, amr, acr, acceptsRememberedDevice }),
    RequireSignIn(),
    UseGuards(RequireMfaGuard),
    ApiProblems(...FRESH_PROOF_PROBLEMS),
  );
}

/** Parameter: the {@link Actor} of the call. The route needs {@link SignedInGuard}. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { principal, client } = senderOf(context);
  return { ...principal, client };
});

/** Parameter: the {@link Principal} of the call. The route needs {@link SignedInGuard}. */
export const SignedInAs = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal => senderOf(context).principal,
);

/** Parameter: the methods of the subject, as {@link FreshProofGuard} has read them. */
export const MethodsRead = createParamDecorator(
  (_: unknown, context: ExecutionContext): SignedInAccount =>
    methodSnapshots.of(context.switchToHttp().getRequest<object>()),
);
