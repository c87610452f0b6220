import {
  Injectable,
  type OnApplicationBootstrap,
  RequestMethod,
  type VersioningOptions,
} from '@nestjs/common';
import {
  METHOD_METADATA,
  MODULE_PATH,
  PATH_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';

interface Route {
  readonly method: string;
  readonly path: RegExp;
}

/** The HTTP methods of each path, for the `Allow` header of a 405 [RFC 9110 §15.5.6]. */
@Injectable()
export class RouteMethods implements OnApplicationBootstrap {
  private readonly scanner = new MetadataScanner();
  /** Nest's own resolver, so that the paths have the prefixes, their exceptions and the versions. */
  private readonly paths: RoutePathFactory;
  private routes: readonly Route[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
  ) {
    this.paths = new RoutePathFactory(config);
  }

  onApplicationBootstrap(): void {
    this.routes = [...this.modules.values()].flatMap((module) => {
      const modulePath = this.pathOfModule(module.metatype);
      return [...module.controllers.values()].flatMap(({ metatype }) =>
        metatype ? this.routesOf(metatype, modulePath) : [],
      );
    });
  }

  /**
   * The methods of a path, in upper case, sorted. None for a path that does not exist, and none for one
   * that answers every method.
   */
  allowedAt(path: string): string[] {
    const routes = this.routes.filter((route) => route.path.test(path));
    const methods = new Set(routes.map(({ method }) => method));
    if (methods.has('ALL')) return [];
    // Both platforms answer HEAD if they answer GET.
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  }

  private routesOf(controller: { prototype: unknown }, modulePath: string): Route[] {
    // The prototype of a class holds its methods. Nothing else is looked up here.
    const prototype = controller.prototype as Record<string, object>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as unknown);
      if (handler === undefined || typeof method !== 'number') return [];
      const paths = this.pathsOf(controller, handler, modulePath);
      return paths.map((path) => ({ method: RequestMethod[method] ?? '', path }));
    });
  }

  private pathsOf(controller: object, handler: object, modulePath: string): RegExp[] {
    const versioningOptions = this.config.getVersioning();
    const place = {
      globalPrefix: this.config.getGlobalPrefix(),
      modulePath,
      ...(versioningOptions && {
        versioningOptions,
        ...versionOf('controllerVersion', controller, versioningOptions.defaultVersion),
        ...versionOf('methodVersion', handler),
      }),
    };
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
    return pathMetadataOf(controller).flatMap((ctrlPath) =>
      pathMetadataOf(handler)
        .flatMap((methodPath) => this.paths.create({ ...place, ctrlPath, methodPath }, method))
        .map(patternOf),
    );
  }

  /** The path that Nest's `RouterModule` has set for this application. */
  private pathOfModule(module: object): string {
    const key = `${MODULE_PATH}${this.modules.applicationId}`;
    return (Reflect.getMetadata(key, module) as string | undefined) ?? '';
  }
}

/** The version of `@Version()` as a member; without one, no member. */
function versionOf(
  name: 'controllerVersion' | 'methodVersion',
  target: object,
  byDefault?: VersioningOptions['defaultVersion'],
) {
  const version = (Reflect.getMetadata(VERSION_METADATA, target) as typeof byDefault) ?? byDefault;
  return version === undefined ? {} : { [name]: version };
}

function pathMetadataOf(target: object): string[] {
  // Nest's decorators store a text or a list of texts here.
  const paths = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return [paths ?? ''].flat();
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').filter((segment) => segment !== '');
  const pattern = segments.map((segment) =>
    segment.startsWith(':') ? '[^/]+' : segment.replace(/[^\w-]/g, '\\$&'),
  );
  return new RegExp(`^/${pattern.join('/')}/?$`);
}
