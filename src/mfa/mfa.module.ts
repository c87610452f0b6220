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
import { PasskeyLogin } from './core/login/passkey-login.js';
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

/** Any Nest provider of a handler. */
export type HandlerProvider =
  | Type<MfaHandler>
  | ClassProvider<MfaHandler>
  | FactoryProvider<MfaHandler | Promise<MfaHandler>>
  | ValueProvider<MfaHandler>
  | ExistingProvider<MfaHandler>;

/** The modules and providers that the library uses, and the place of its routes. */
export interface MfaModuleWiring extends MfaRouteOptions {
  /** Modules that export the ports and everything that the handlers inject. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /**
   * Providers of the module itself. A provider for `Clock` replaces the clock of the database, and one for
   * `RandomSource` the random numbers of the system.
   */
  readonly providers?: readonly Provider[];
}

/** Options that depend on other providers. */
export interface MfaModuleAsyncOptions extends MfaModuleWiring {
  /** Providers that the factory receives, in this order. */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Makes the options at the start of the application. */
  readonly useFactory: (...injected: never[]) => MfaModuleOptions | Promise<MfaModuleOptions>;
}

/** DI token of the base path of the routes. */
const MFA_BASE_PATH = Symbol('MFA_BASE_PATH');

/** Multi-factor authentication for a Nest application. */
@Module({})
export class MfaModule {
  /**
   * @throws {Error} if the module is registered twice, a handler is no singleton, or a controller of
   * {@link AuthRoutes} is at another path than the module
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
   * Registers the library, once for an application.
   *
   * @param handlers in the order of lists and offers
   * @param options with the modules that export the ports
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

/** Other modules of the host may inject these. */
const EXPORTED = [
  HandlerRegistry,
  KeyRing,
  KeyUsage,
  LoginService,
  MfaAccounts,
  MfaRetention,
  MfaOptions,
  PasskeyLogin,
  AuditTrail,
  AuditVerification,
  OutboxBacklog,
  OutboxWorker,
  Reencryption,
  ChangeReversal,
  SecurityLog,
  SessionAttempts,
  SendBudgetStore,
  // A controller of the host may have AuthRoutes or RequireMfa, whose guards inject these.
  ...MFA_HTTP_PROVIDERS,
  FreshProof,
  Clock,
  RandomSource,
];

/** Provides all handlers under one token, in the given order. */
function gathered(handlers: readonly HandlerProvider[]): Provider {
  return {
    provide: MFA_HANDLERS,
    inject: handlers.map((entry) => (typeof entry === 'function' ? entry : entry.provide)),
    useFactory: (...instances: MfaHandler[]) => instances,
  };
}
