import { applyDecorators, UseGuards } from '@nestjs/common';
import { FreshProofGuard } from '../guards/fresh-proof.guard.js';
import { RequireSignIn } from './require-sign-in.decorator.js';

/**
 * Routes, or one route, that change what protects an account: they ask for an access token whose
 * proof is at most `stepUpMaxAgeSeconds` old, of two factors where the subject has a second one.
 * Document them with {@link FRESH_PROOF_PROBLEMS}.
 */
export function RequireFreshProof(): ClassDecorator & MethodDecorator {
  return applyDecorators(RequireSignIn(), UseGuards(FreshProofGuard));
}
