import {
  type ClassProvider,
  type DynamicModule,
  type ExistingProvider,
  type FactoryProvider,
  Inject,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OptionalFactoryDependency,
  type Provider,
  Scope,
  type Type,
  type ValueProvider,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { MfaAccounts } from './core/methods/accounts.js';
import { CORE_PROVIDERS } from './core.providers.js';
import { FreshProof } from './core/access/fresh-proof.js';
import { type MfaHandler } from './contract/handler.js';
import { HandlerRegistry, MFA_HANDLERS } from './core/ceremony/handler-registry.js';
import { KeyRing } from './core/keys/key-ring.js';
import { LoginService } from './core/login/login.service.js';
import { OutboxWorker } from './core/events/outbox-worker.js';
import { ChangeReversal } from './core/reversal/change-reversal.js';
import { SendBudgetStore } from './core/sending/send-budgets.js';
import { SessionAttempts } from './core/ceremony/session-attempts.js';
import { AUTH_BASE_PATH, toBasePath } from './http/requests/base-path.js';
import { MFA_CONTROLLERS, MFA_HTTP_PROVIDERS } from './http.providers.js';
import { type MfaRouteOptions, placeControllers, refuseMisplaced } from './placed-controllers.js';
import { BOUND_AUDIENCE, HOST_PORTS } from './host.providers.js';
import { Clock } from './contract/clock.js';
import { HandlerDefaults } from './kit/handler-defaults.js';
import { RandomSource, SystemRandomSource } from './contract/random.js';
import {
  type MfaModuleOptions,
  MfaOptions,
  resolveMfaOptions,
} from './core/options/mfa.options.js';
import { AuditTrail } from './persistence/audit/audit-trail.js';
import { AuditVerification } from './persistence/audit/audit-verification.js';
import { KeyUsage } from './persistence/sealing/key-usage.js';
import { MfaRetention } from './persistence/retention/mfa-retention.js';
import { OutboxBacklog } from './persistence/stores/outbox-backlog.js';
import { PERSISTENCE_PROVIDERS } from './persistence.providers.js';
import { Reencryption } from './persistence/sealing/reencryption.js';
import { SecurityLog } from './persistence/audit/security-log.js';
import { startClock } from './persistence/database/start-clock.js';
import { Statements } from './persistence/database/statements.js';

/** Any ordinary Nest provider that yields a handler. */
export type HandlerProvider =
  | Type<MfaHandler>
  | ClassProvider<MfaHandler>
  | FactoryProvider<MfaHandler | Promise<MfaHandler>>
  | ValueProvider<MfaHandler>
  | ExistingProvider<MfaHandler>;

/** Where the module finds the host's ports and what its handlers need, and where its routes are. */
export interface MfaModuleWiring extends MfaRouteOptions {
  /** Modules that export the ports and whatever the handlers inject. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /**
   * Providers of the module itself; one for `Clock` or `RandomSource` replaces the database's clock or
   * the system's chance.
   */
  readonly providers?: readonly Provider[];
}

/** Options that are known only once other providers are. */
export interface MfaModuleAsyncOptions extends MfaModuleWiring {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory: (...injected: never[]) => MfaModuleOptions | Promise<MfaModuleOptions>;
}

/** Token: where the routes begin. */
const MFA_BASE_PATH = Symbol('MFA_BASE_PATH');

/** Multi-factor authentication for a Nest application. */
@Module({})
export class MfaModule {
  /**
   * @throws {Error} when the module was registered twice, a handler is not a singleton, or a controller
   * stands at another path than the module's
   */
  constructor(
    modules: ModulesContainer,
    moduleRef: ModuleRef,
    @Inject(MFA_BASE_PATH) basePath: string,
  ) {
    const registered = [...modules.values()].filter(({ metatype }) => metatype === MfaModule);
    if (registered.length > 1) {
      throw new Error('MfaModule is registered twice: call forRoot once and import the result.');
    }
    if (moduleRef.introspect(MFA_HANDLERS).scope !== Scope.DEFAULT) {
      throw new Error(
        'An MFA handler is request-scoped: make it, and all that it injects, singletons.',
      );
    }
    refuseMisplaced(modules, basePath, MfaModule);
  }

  /**
   * @param handlers in the order in which they are listed and offered
   * @param options and where the ports are found
   */
  static forRoot(
    handlers: readonly HandlerProvider[],
    options: MfaModuleOptions & MfaModuleWiring,
  ): DynamicModule {
    const {
      imports = [],
      providers = [],
      path,
      routeDecorators,
      publicRouteDecorators,
      ...values
    } = options;
    return MfaModule.forRootAsync(handlers, {
      imports,
      providers,
      ...(path !== undefined && { path }),
      ...(routeDecorators && { routeDecorators }),
      ...(publicRouteDecorators && { publicRouteDecorators }),
      useFactory: () => values,
    });
  }

  /** As {@link forRoot}, with options from a factory. */
  static forRootAsync(
    handlers: readonly HandlerProvider[],
    { imports = [], providers = [], inject = [], useFactory, ...routes }: MfaModuleAsyncOptions,
  ): DynamicModule {
    return {
      module: MfaModule,
      global: true,
      imports,
      controllers: placeControllers(MFA_CONTROLLERS, routes),
      providers: [
        { provide: MFA_BASE_PATH, useValue: toBasePath(routes.path ?? AUTH_BASE_PATH) },
        HOST_PORTS,
        BOUND_AUDIENCE,
        {
          provide: MfaOptions,
          inject,
          useFactory: async (...injected: never[]) =>
            resolveMfaOptions(await useFactory(...injected)),
        },
        { provide: HandlerDefaults, useExisting: MfaOptions },
        { provide: Clock, inject: [Statements], useFactory: startClock },
        { provide: RandomSource, useClass: SystemRandomSource },
        ...handlers,
        gathered(handlers),
        ...CORE_PROVIDERS,
        ...PERSISTENCE_PROVIDERS,
        ...MFA_HTTP_PROVIDERS,
        ...providers,
      ],
      exports: EXPORTED,
    };
  }
}

/** What other modules of the host may inject. */
const EXPORTED = [
  HandlerRegistry,
  KeyRing,
  KeyUsage,
  LoginService,
  MfaAccounts,
  MfaRetention,
  MfaOptions,
  AuditTrail,
  AuditVerification,
  OutboxBacklog,
  OutboxWorker,
  Reencryption,
  ChangeReversal,
  SecurityLog,
  SessionAttempts,
  SendBudgetStore,
  // With what they inject: a controller of the host may have AuthRoutes or RequireMfa.
  ...MFA_HTTP_PROVIDERS,
  FreshProof,
  Clock,
  RandomSource,
];

/** Gathers the handlers under one token, in configured order. */
function gathered(handlers: readonly HandlerProvider[]): Provider {
  return {
    provide: MFA_HANDLERS,
    inject: handlers.map((entry) => (typeof entry === 'function' ? entry : entry.provide)),
    useFactory: (...instances: MfaHandler[]) => instances,
  };
}
