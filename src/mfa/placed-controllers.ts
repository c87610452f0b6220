import { type Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, type ModulesContainer, Reflector } from '@nestjs/core';
import { AUTH_BASE_PATH, joinPath, toBasePath } from './http/requests/base-path.js';
import { AUTH_ROUTES } from './http/decorators/auth-routes.decorator.js';
import { SignedInGuard } from './http/guards/signed-in.guard.js';

/** The place and the decorators of the routes of the library. */
export interface MfaRouteOptions {
  /**
   * The base path, below the global prefix of the application. With `setGlobalPrefix('api')`, give `auth`.
   * Default `api/auth`.
   */
  readonly path?: string;
  /**
   * Decorators of every route, for example `@Version('1')`, or the `@Public()` of a global guard. Routes that
   * ask for an access token guard themselves with `AccessTokenReader`.
   */
  readonly routeDecorators?: readonly MethodDecorator[];
  /** Decorators of the routes without an access token, applied after {@link routeDecorators}. */
  readonly publicRouteDecorators?: readonly MethodDecorator[];
}

const reflector = new Reflector();
const scanner = new MetadataScanner();

/**
 * Makes the controllers of one application. Each is a new class, so that another application of the process
 * may place its controllers elsewhere.
 *
 * @throws {Error} if `path` is no path
 */
export function placeControllers(
  controllers: readonly Type<object>[],
  { path = AUTH_BASE_PATH, routeDecorators = [], publicRouteDecorators = [] }: MfaRouteOptions,
): Type<object>[] {
  const basePath = toBasePath(path);
  return controllers.map((controller) => {
    const placed = subclassOf(controller);
    const place = reflector.get(AUTH_ROUTES, controller);
    Reflect.defineMetadata(PATH_METADATA, joinPath(basePath, place.path) || '/', placed);
    for (const [name, route] of routesOf(controller)) {
      const own = isSignedInOnly(controller, route) ? [] : publicRouteDecorators;
      const decorators = [...routeDecorators, ...own];
      if (decorators.length > 0) decorateRoute(placed, name, route, decorators);
    }
    return placed;
  });
}

/**
 * Refuses controllers of {@link AuthRoutes} at the default base path if the library is elsewhere.
 *
 * @throws {Error} that says what to write
 */
export function refuseMisplaced(modules: ModulesContainer, basePath: string, own: Type): void {
  if (basePath === AUTH_BASE_PATH) return;
  const controllers = [...modules.values()]
    .filter(({ metatype }) => metatype !== own)
    .flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype));
  for (const controller of controllers) {
    if (typeof controller !== 'function') continue;
    // Undefined for a controller without AuthRoutes.
    const place: { path: string; tag: string; basePath: string | null } | undefined = reflector.get(
      AUTH_ROUTES,
      controller,
    );
    if (place === undefined || place.basePath !== null) continue;
    throw new Error(
      `${controller.name} stands at "${joinPath(AUTH_BASE_PATH, place.path)}", and MfaModule at "${basePath}": write @AuthRoutes("${place.path}", "${place.tag}", "${basePath}").`,
    );
  }
}

/** A subclass of the same name, which the log shows. */
function subclassOf(controller: Type<object>): Type<object> {
  const { [controller.name]: placed } = { [controller.name]: class extends controller {} };
  // The only member of the object.
  return placed as Type<object>;
}

/** The methods that answer requests, by name. */
function routesOf({ prototype }: Type<object>): [name: string, route: Route][] {
  // The prototype of a class holds its methods. Nothing else is looked up here.
  const methods = prototype as Record<string, Route>;
  return scanner.getAllMethodNames(methods).flatMap((name): [string, Route][] => {
    const method = methods[name];
    return method && Reflect.hasMetadata(METHOD_METADATA, method) ? [[name, method]] : [];
  });
}

type Route = (...input: unknown[]) => unknown;

function isSignedInOnly(controller: object, route: object): boolean {
  const guards = [controller, route].flatMap(
    // Nest's own list, absent if there is no guard.
    (target) => (Reflect.getMetadata(GUARDS_METADATA, target) as unknown[] | undefined) ?? [],
  );
  return guards.includes(SignedInGuard);
}

/** Decorates a copy of the method: the original belongs to all applications of the process. */
function decorateRoute(
  placed: Type<object>,
  name: string,
  route: Route,
  decorators: readonly MethodDecorator[],
): void {
  const { [name]: own } = {
    [name](this: object, ...input: unknown[]): unknown {
      return Reflect.apply(route, this, input);
    },
  };
  if (own === undefined) return;
  for (const key of Reflect.getMetadataKeys(route) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, route), own);
  }
  const descriptor = { value: own, writable: true, configurable: true, enumerable: false };
  // Nest types the prototype of a class as anything.
  const prototype = placed.prototype as object;
  Object.defineProperty(prototype, name, descriptor);
  const decorated = Reflect.decorate([...decorators], prototype, name, descriptor);
  Object.defineProperty(prototype, name, decorated);
}
