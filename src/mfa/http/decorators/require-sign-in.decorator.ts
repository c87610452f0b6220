import { applyDecorators, UseFilters, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { SignedInGuard } from '../guards/signed-in.guard.js';
import { MfaProblemFilter } from '../problems/mfa-problem.filter.js';

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
