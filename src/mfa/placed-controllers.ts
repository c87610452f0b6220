import { type Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, type ModulesContainer, Reflector } from '@nestjs/core';
import { AUTH_BASE_PATH, joinPath, toBasePath } from './http/requests/base-path.js';
import { AUTH_ROUTES } from './http/decorators/auth-routes.decorator.js';
import { SignedInGuard } from './http/guards/signed-in.guard.js';

/** How the routes of the library stand in an application. */
export interface MfaRouteOptions {
  /**
   * Where they begin, below the global prefix of the application. Default `api/auth`; with
   * `setGlobalPrefix('api')` it is `auth`.
   */
  readonly path?: string;
  /**
   * Decorators of every route, such as the `@Public()` of a guard that the application has for all of its
   * routes, or `@Version('1')`. The routes that ask for an access token guard themselves, by `AccessTokenReader`.
   */
  readonly routeDecorators?: readonly MethodDecorator[];
  /** Decorators of those routes alone that ask for no access token, after {@link routeDecorators}. */
  readonly publicRouteDecorators?: readonly MethodDecorator[];
}

const reflector = new Reflector();
const scanner = new MetadataScanner();

/**
 * Controllers as one application has them. Each is a class of its own, so that another application of
 * the process may have them elsewhere.
 *
 * @throws {Error} for a `path` that is none
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
 * Refuses controllers of the application that stand where the library would be by default, and the
 * library stands elsewhere.
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
    // Undefined for one that is none of AuthRoutes.
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

/** Of the same name, which the log shows. */
function subclassOf(controller: Type<object>): Type<object> {
  const { [controller.name]: placed } = { [controller.name]: class extends controller {} };
  // The one member that the object has.
  return placed as Type<object>;
}

/** The methods that answer requests, by name. */
function routesOf({ prototype }: Type<object>): [name: string, route: Route][] {
  // The prototype of a class holds its methods, and nothing else is looked up here.
  const methods = prototype as Record<string, Route>;
  return scanner.getAllMethodNames(methods).flatMap((name): [string, Route][] => {
    const method = methods[name];
    return method && Reflect.hasMetadata(METHOD_METADATA, method) ? [[name, method]] : [];
  });
}

type Route = (...input: unknown[]) => unknown;

function isSignedInOnly(controller: object, route: object): boolean {
  const guards = [controller, route].flatMap(
    // Nest's own list, absent where there are none.
    (target) => (Reflect.getMetadata(GUARDS_METADATA, target) as unknown[] | undefined) ?? [],
  );
  return guards.includes(SignedInGuard);
}

/** Decorates a method of its own, since what is decorated otherwise is everybody's. */
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
