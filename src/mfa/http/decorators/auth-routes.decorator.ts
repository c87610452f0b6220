import {
  applyDecorators,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import { AUTH_BASE_PATH } from '../base-path.js';
import { BODY_MEDIA_TYPES, MediaTypeGuard } from '../guards/media-type.guard.js';
import { NoStoreInterceptor } from '../no-store.interceptor.js';
import { ProblemFilter } from '../problem.filter.js';

/**
 * A controller below {@link AUTH_BASE_PATH}: JSON or a form in, failures out as problems, nothing
 * cached.
 *
 * @param path below the base path; an empty text for the base path itself
 * @param tag the heading in the OpenAPI document
 */
export function AuthRoutes(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller(`${AUTH_BASE_PATH}/${path}`),
    UseGuards(MediaTypeGuard),
    UseFilters(ProblemFilter),
    UseInterceptors(NoStoreInterceptor),
    ApiTags(tag),
    ApiConsumes(...BODY_MEDIA_TYPES),
  );
}
