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

/** The arguments of {@link AuthRoutes}. */
export interface AuthRoutesPlace {
  readonly path: string;
  readonly tag: string;
  /** Null: it was left out. */
  readonly basePath: string | null;
}

/** The place of a controller. */
export const AUTH_ROUTES = Reflector.createDecorator<AuthRoutesPlace>();

/**
 * Marks a controller beside those of the library. It reads JSON or a form, answers failures as problems and
 * forbids caching.
 *
 * @param path below the base path; an empty text for the base path itself
 * @param tag the heading in the OpenAPI document
 * @param basePath the `path` option of the module, if it has one
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
