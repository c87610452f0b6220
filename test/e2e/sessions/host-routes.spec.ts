import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  UnauthorizedException,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { type HttpRequest, AuthRoutes, completeMfaDocument } from '../../../src/mfa/index.js';
import { HandlerRegistry, mfaModels, ProblemFilter } from '../../../src/mfa/index.js';
import { HttpClient } from '../../support/http-client.js';
import { PLATFORMS } from '../../support/library-http-app.js';
import { type HostParts, Public, startLibraryHost } from '../../support/library-host.js';
import { expectFaults, REQUIRED } from '../../support/problems.js';

/** As an application has it for all of its routes; it looks at routes alone, as many do. */
@Injectable()
class HostGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>('isPublic', targets)) return true;
    const { headers } = context.switchToHttp().getRequest<HttpRequest>();
    if (headers['authorization'] === undefined) throw new UnauthorizedException('details');
    return headers['authorization'] !== 'Bearer mallory';
  }
}

/** Reads what a decorator has put on the route alone. */
@Injectable()
class RouteOnlyGuard extends HostGuard {
  private readonly routes = new Reflector();

  override canActivate(context: ExecutionContext): boolean {
    const isPublic = this.routes.get<boolean>('isPublic', context.getHandler());
    return isPublic || super.canActivate(context);
  }
}

class Tokens {}

async function documentOf(app: INestApplication) {
  const registry = app.get(HandlerRegistry);
  const outline = new DocumentBuilder().build();
  const document = SwaggerModule.createDocument(app, outline, {
    extraModels: mfaModels(registry, Tokens),
  });
  completeMfaDocument(document, registry, Tokens);
  return document;
}

describe.each(PLATFORMS)('the routes of the library in an application on %s', (_, adapter) => {
  let host: Awaited<ReturnType<typeof startLibraryHost>>;
  let client: HttpClient;

  const start = async (parts: HostParts) => {
    const configure = (app: INestApplication) => {
      // Addresses that nothing answers are problems, too.
      app.useGlobalFilters(app.get(ProblemFilter));
      parts.configure?.(app);
    };
    host = await startLibraryHost(adapter(), { ...parts, configure });
    client = new HttpClient(host.url);
  };
  afterEach(() => host.stop());

  const codeOf = async (path: string, access?: string) =>
    (await client.post(path, {}, access)).body.code;

  describe('behind a guard for all routes', () => {
    const providers = [{ provide: APP_GUARD, useClass: HostGuard }];

    it('are refused by it, in words that are its own', async () => {
      await start({ providers });
      const refused = await client.post('/login/verify/', {});
      expect(refused.status).toBe(401);
      expect(refused.body).toMatchObject({ code: 'host_not_authenticated', status: 401 });
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(refused.text).not.toContain('details');
      const forbidden = await client.get('/mfa/', 'mallory');
      expect(forbidden.body).toMatchObject({ code: 'host_forbidden', status: 403 });
    });

    it('are let pass by routeDecorators, and guard themselves', async () => {
      await start({ providers, routes: { routeDecorators: [Public()] } });
      expectFaults(await client.post('/login/verify/', {}), { ephemeral_token: REQUIRED });
      expect(await codeOf('/step-up/')).toBe('not_authenticated');
      expect((await client.get('/mfa/handlers/')).status).toBe(200);
      expect((await client.get('/mfa/')).body.code).toBe('not_authenticated');
      expect((await client.get('/mfa/', 'ada')).status).toBe(200);
    });

    it('are let pass by publicRouteDecorators where they ask for no access token', async () => {
      await start({
        providers: [{ provide: APP_GUARD, useClass: RouteOnlyGuard }],
        routes: { publicRouteDecorators: [Public()] },
      });
      for (const path of ['login/verify', 'login/resend', 'login/cancel', 'step-up/verify']) {
        expectFaults(await client.post(`/${path}/`, {}), { ephemeral_token: REQUIRED });
      }
      expect((await client.get('/mfa/handlers/')).status).toBe(200);
      for (const path of ['/mfa/', '/mfa/confirm/', '/mfa/backup-codes/', '/step-up/']) {
        expect(await codeOf(path)).toBe('host_not_authenticated');
      }
      expect((await client.get('/mfa/', 'ada')).status).toBe(200);
    });
  });

  it('stand where path says, below the prefix of the application, in documents too', async () => {
    await start({
      routes: { path: '/auth/' },
      configure: (app) => app.setGlobalPrefix('api'),
    });
    expect((await client.get('//api/auth/mfa/handlers/')).status).toBe(200);
    expect((await client.get('//api/api/auth/mfa/handlers/')).status).toBe(404);
    const problem = await client.post('//api/auth/login/verify/', {});
    expect(problem.body).toMatchObject({ instance: '/api/auth/login/verify/' });
    const wrongMethod = await client.get('//api/auth/login/verify/');
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
    const { paths } = await documentOf(host.app);
    expect(Object.keys(paths)).toContain('/api/auth/login/verify');
    expect(JSON.stringify(paths)).not.toContain('/…');
    const responses = JSON.stringify(paths['/api/auth/mfa/primary']?.post?.responses);
    expect(responses).toContain('"instance":"/api/auth/mfa/primary"');
    expect(responses).not.toContain('"instance":"/api/auth/mfa"');
  });

  it('stand at the top for an empty path', async () => {
    await start({ routes: { path: '' } });
    expect((await client.get('//mfa/handlers/')).status).toBe(200);
  });

  it('have the versions that the application gives them', async () => {
    await start({
      routes: { path: 'auth', routeDecorators: [Version(['2', VERSION_NEUTRAL])] },
      configure: (app) => {
        app.setGlobalPrefix('api', { exclude: ['login'] });
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      },
    });
    for (const path of ['//api/v2/auth/login/verify', '//api/auth/login/verify']) {
      const wrongMethod = await client.get(path);
      expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
      expectFaults(await client.post(path, {}), { ephemeral_token: REQUIRED });
    }
    expect((await client.get('//api/v1/auth/mfa/handlers')).status).toBe(404);
    expect((await client.get('//v1/login')).headers.get('allow')).toBe('POST');
    expect(Object.keys((await documentOf(host.app)).paths)).toContain('/api/v2/auth/login/verify');
  });

  it('have the default version of the application unless told', async () => {
    await start({
      routes: { path: 'auth' },
      configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    });
    expect((await client.get('//v1/auth/mfa/handlers/')).status).toBe(200);
    expect((await client.get('//v1/auth/login/verify')).headers.get('allow')).toBe('POST');
  });

  it('have those of the application beside them', async () => {
    @AuthRoutes('extra', 'Extra', 'auth')
    class ExtraController {
      @Get()
      show() {
        return {};
      }
    }

    @Controller('plain')
    class PlainController {}

    await start({ routes: { path: 'auth' }, controllers: [ExtraController, PlainController] });
    expect((await client.get('//auth/extra')).status).toBe(200);
    const missing = await client.post('//auth/extra', {});
    expect([missing.status, missing.body.code]).toEqual([405, 'method_not_allowed']);
  });
});
