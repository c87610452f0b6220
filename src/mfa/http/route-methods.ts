import { Injectable, type OnApplicationBootstrap, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';

interface Route {
  readonly method: string;
  readonly path: RegExp;
}

/** Which HTTP methods each address answers: what `Allow` of a 405 must list [RFC 9110 §15.5.6]. */
@Injectable()
export class RouteMethods implements OnApplicationBootstrap {
  private readonly scanner = new MetadataScanner();
  private routes: readonly Route[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
  ) {}

  onApplicationBootstrap(): void {
    const wrappers = [...this.modules.values()].flatMap(({ controllers }) => [
      ...controllers.values(),
    ]);
    this.routes = wrappers.flatMap(({ metatype }) => (metatype ? this.routesOf(metatype) : []));
  }

  /**
   * Methods by their upper-case names, sorted; none for an address that does not exist, nor for one
   * that answers every method.
   */
  allowedAt(path: string): string[] {
    const routes = this.routes.filter((route) => route.path.test(path));
    const methods = new Set(routes.map(({ method }) => method));
    if (methods.has('ALL')) return [];
    // Both platforms answer HEAD where there is a GET.
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  }

  private routesOf(controller: { prototype: unknown }): Route[] {
    // The prototype of a class holds its methods, and nothing else is looked up here.
    const prototype = controller.prototype as Record<string, object>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as unknown);
      if (handler === undefined || typeof method !== 'number') return [];
      const paths = this.pathsOf(controller, handler);
      return paths.map((path) => ({ method: RequestMethod[method] ?? '', path }));
    });
  }

  private pathsOf(controller: object, handler: object): RegExp[] {
    const prefix = this.config.getGlobalPrefix();
    return pathMetadataOf(controller).flatMap((base) =>
      pathMetadataOf(handler).map((own) => patternOf([prefix, base, own])),
    );
  }
}

function pathMetadataOf(target: object): string[] {
  // The decorators of Nest store a text or a list of texts here.
  const paths = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return [paths ?? ''].flat();
}

function patternOf(parts: readonly string[]): RegExp {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  const pattern = segments.map((segment) =>
    segment.startsWith(':') ? '[^/]+' : segment.replace(/[^\w-]/g, '\\$&'),
  );
  return new RegExp(`^/${pattern.join('/')}/?$`);
}
