import {
  applyDecorators,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import { AUTH_BASE_PATH, joinPath, toBasePath } from '../requests/base-path.js';
import { BODY_MEDIA_TYPES, MediaTypeGuard } from '../requests/media-type.guard.js';
import { NoStoreInterceptor } from '../requests/no-store.interceptor.js';
import { ProblemFilter } from '../problems/problem.filter.js';

/** What {@link AuthRoutes} was given. */
export interface AuthRoutesPlace {
  readonly path: string;
  readonly tag: string;
  /** Null where it was left out. */
  readonly basePath: string | null;
}

/** Where a controller stands. */
export const AUTH_ROUTES = Reflector.createDecorator<AuthRoutesPlace>();

/**
 * A controller beside those of the library: JSON or a form in, failures out as problems, nothing
 * cached.
 *
 * @param path below the base path; an empty text for the base path itself
 * @param tag the heading in the OpenAPI document
 * @param basePath the `path` that the module is given, where it is given one
 */
export function AuthRoutes(path: string, tag: string, basePath?: string): ClassDecorator {
  return applyDecorators(
    AUTH_ROUTES({ path, tag, basePath: basePath ?? null }),
    Controller(joinPath(toBasePath(basePath ?? AUTH_BASE_PATH), path)),
    UseGuards(MediaTypeGuard),
    UseFilters(ProblemFilter),
    UseInterceptors(NoStoreInterceptor),
    ApiTags(tag),
    ApiConsumes(...BODY_MEDIA_TYPES),
  );
}
