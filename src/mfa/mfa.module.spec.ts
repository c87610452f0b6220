import { Global, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { MfaAccounts } from './core/methods/accounts.js';
import { type MfaHandler } from './contract/handler.js';
import { HandlerRegistry } from './core/ceremony/handler-registry.js';
import { LoginService } from './core/login/login.service.js';
import { SubjectDirectory, TokenIssuer } from './core/ports/ports.js';
import { ChallengeStore, UnitOfWork } from './core/ports/stores.js';
import { AppHandler, appHandler } from './handlers/app/index.js';
import { EmailHandler, EmailSender } from './handlers/email/index.js';
import { AuthRoutes } from './http/decorators/auth-routes.decorator.js';
import { AccessTokenReader } from './http/guards/access-token-reader.js';
import { CodeProof } from './contract/code-proof.js';
import { type HandlerProvider, MfaModule } from './mfa.module.js';
import { type MfaModuleOptions, MfaOptions } from './core/options/mfa.options.js';
import { Inbox } from './testing/inbox.js';

const OPTIONS: MfaModuleOptions = { secretKeys: [{ id: 'k', key: new Uint8Array(32) }] };

@Global()
@Module({ providers: [{ provide: DataSource, useValue: {} }], exports: [DataSource] })
class DatabaseModule {}

const PORTS = [
  { provide: SubjectDirectory, useValue: {} },
  { provide: TokenIssuer, useValue: {} },
  { provide: AccessTokenReader, useValue: {} },
  { provide: EmailSender, useClass: Inbox },
];

@Module({ providers: PORTS, exports: PORTS })
class HostModule {}

function handlerOf(name: string): MfaHandler {
  return {
    name,
    displayName: name,
    amr: ['otp'],
    requiresDispatch: false,
    proofSchema: CodeProof,
    stateVersion: 1,
    parseState: (state) => state,
    setup: async () => ({ state: {}, response: {} }),
    verify: async () => ({ ok: false }),
    describe: () => ({}),
  };
}

/** Boots an application with nothing but the module and its ports. */
async function boot(...modules: ReturnType<typeof MfaModule.forRoot>[]) {
  return Test.createTestingModule({ imports: [DatabaseModule, ...modules] }).compile();
}

function forRoot(...handlers: HandlerProvider[]) {
  return MfaModule.forRoot(handlers, { ...OPTIONS, imports: [HostModule] });
}

describe('MfaModule', () => {
  it('gathers handlers of every kind of provider, in order', async () => {
    const app = await boot(
      forRoot(
        EmailHandler,
        { provide: 'by value', useValue: handlerOf('by_value') },
        { provide: 'by factory', useFactory: () => handlerOf('by_factory') },
        { provide: 'by promise', useFactory: async () => handlerOf('by_promise') },
        appHandler({ name: 'work_app' }),
        AppHandler,
        { provide: 'by class', useClass: ClassHandler },
      ),
    );
    expect(app.get(HandlerRegistry).names()).toEqual([
      'email',
      'by_value',
      'by_factory',
      'by_promise',
      'work_app',
      'app',
      'by_class',
    ]);
    expect(app.get(LoginService)).toBeInstanceOf(LoginService);
  });

  it('takes options from a factory', async () => {
    const app = await boot(
      MfaModule.forRootAsync([AppHandler], {
        imports: [HostModule],
        inject: [EmailSender],
        useFactory: (sender: EmailSender) => ({
          ...OPTIONS,
          applicationName: sender.constructor.name,
        }),
      }),
    );
    expect(app.get(MfaOptions)).toMatchObject({ applicationName: 'Inbox', numOfBackupCodes: 5 });
  });

  it('takes a store of the host in the place of its own', async () => {
    const ended: string[] = [];
    const cancelAll = async (subjectId: string) => void ended.push(subjectId);
    const runForAccount = (_: string, work: (transaction: object) => Promise<void>) => work({});
    const providers = [
      { provide: ChallengeStore, useValue: { cancelAll } },
      { provide: UnitOfWork, useValue: { runForAccount } },
    ];
    const app = await boot(
      MfaModule.forRoot([AppHandler], { ...OPTIONS, imports: [HostModule], providers }),
    );
    await app.get(MfaAccounts).endChallenges('u1');
    expect(ended).toEqual(['u1']);
  });

  it('refuses weak options', async () => {
    const weak = MfaModule.forRoot([], { ...OPTIONS, lockSeconds: 1, imports: [HostModule] });
    await expect(boot(weak)).rejects.toThrow('lockSeconds takes a whole number');
  });

  it.each([SubjectDirectory, TokenIssuer, AccessTokenReader])(
    'says when the port %p is missing',
    async (port) => {
      const providers = PORTS.filter(({ provide }) => provide !== port);
      await expect(boot(MfaModule.forRoot([], { ...OPTIONS, providers }))).rejects.toThrow(
        `MfaModule misses the port ${port.name}: provide it in a module`,
      );
    },
  );

  it('says when it is registered twice', async () => {
    await expect(boot(forRoot(AppHandler), forRoot(AppHandler))).rejects.toThrow(
      'MfaModule is registered twice',
    );
  });

  it('refuses a request-scoped handler', async () => {
    const scope = Scope.REQUEST;
    const handler = { provide: 'h', useFactory: () => handlerOf('h'), scope };
    await expect(boot(forRoot(handler))).rejects.toThrow('An MFA handler is request-scoped');
  });

  it.each(['not a path', 'auth?', '*auth', 'a/{b}'])('refuses the path %p', (path) => {
    expect(() => MfaModule.forRoot([], { ...OPTIONS, path })).toThrow(
      `MfaModule options: path takes a path such as "auth", or "" for none, and not "${path}".`,
    );
  });

  it('refuses a controller of the application that was left where the routes are not', async () => {
    @AuthRoutes('login', 'Sign-in')
    class LeftController {}

    @AuthRoutes('login', 'Sign-in', 'elsewhere')
    class OtherController {}

    const bootAt = (path: string, controller: Type) =>
      Test.createTestingModule({
        imports: [
          DatabaseModule,
          MfaModule.forRoot([], { ...OPTIONS, imports: [HostModule], path }),
        ],
        controllers: [controller],
      }).compile();
    await expect(bootAt('/auth/', LeftController)).rejects.toThrow(
      'LeftController stands at "api/auth/login", and MfaModule at "auth": write @AuthRoutes("login", "Sign-in", "auth").',
    );
    await bootAt('auth', OtherController);
    await bootAt('api/auth', LeftController);
  });

  it('refuses two handlers of one name', async () => {
    await expect(boot(forRoot(AppHandler, appHandler({})))).rejects.toThrow(
      'Two MFA handlers are called "app"',
    );
  });
});

@Injectable()
class ClassHandler extends AppHandler {
  override readonly name = 'by_class';
}
