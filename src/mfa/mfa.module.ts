import {
  type ClassProvider,
  type DynamicModule,
  type ExistingProvider,
  type FactoryProvider,
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
import { MfaAccounts } from './core/accounts.js';
import { CORE_PROVIDERS } from './core/core.providers.js';
import { EventAudience } from './core/event-audience.js';
import { EVENT_CONSUMERS, type EventConsumer } from './core/event-consumer.js';
import { FreshProof } from './core/fresh-proof.js';
import { type MfaHandler } from './core/handler.js';
import { HandlerRegistry, MFA_HANDLERS } from './core/handler-registry.js';
import { KeyRing } from './core/key-ring.js';
import { LoginService } from './core/login.service.js';
import { OutboxWorker } from './core/outbox-worker.js';
import { HostPorts } from './core/host-ports.js';
import {
  MfaEventListener,
  PasswordProof,
  SessionCloser,
  SessionDirectory,
  SubjectDirectory,
  TokenIssuer,
} from './core/ports.js';
import { Repudiation } from './core/repudiation.js';
import { SendBudgetStore } from './core/send-budgets.js';
import { SessionAttempts } from './core/session-attempts.js';
import { AccessGuard } from './http/guards/access.guard.js';
import { MFA_CONTROLLERS, MFA_HTTP_PROVIDERS } from './http/http.providers.js';
import { Clock } from './kit/clock.js';
import { HandlerDefaults } from './kit/handler-defaults.js';
import { RandomSource, SystemRandomSource } from './kit/random.js';
import { type MfaModuleOptions, MfaOptions, resolveMfaOptions } from './mfa.options.js';
import { AuditTrail } from './persistence/audit-trail.js';
import { AuditVerification } from './persistence/audit-verification.js';
import { KeyUsage } from './persistence/key-usage.js';
import { MfaCleanUp } from './persistence/mfa-clean-up.js';
import { OutboxBacklog } from './persistence/outbox-backlog.js';
import { PERSISTENCE_PROVIDERS } from './persistence/persistence.providers.js';
import { Reencryption } from './persistence/reencryption.js';
import { SecurityLog } from './persistence/security-log.js';
import { startClock } from './persistence/start-clock.js';
import { Statements } from './persistence/stores/statements.js';

/** Any ordinary Nest provider that yields a handler. */
export type HandlerProvider =
  | Type<MfaHandler>
  | ClassProvider<MfaHandler>
  | FactoryProvider<MfaHandler | Promise<MfaHandler>>
  | ValueProvider<MfaHandler>
  | ExistingProvider<MfaHandler>;

/** Where the module finds the host's ports, and what its handlers need. */
export interface MfaModuleWiring {
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

/** Multi-factor authentication for a Nest application. */
@Module({})
export class MfaModule {
  /** @throws {Error} when the module was registered twice, or a handler is not a singleton */
  constructor(modules: ModulesContainer, moduleRef: ModuleRef) {
    const registered = [...modules.values()].filter(({ metatype }) => metatype === MfaModule);
    if (registered.length > 1) {
      throw new Error('MfaModule is registered twice: call forRoot once and import the result.');
    }
    if (moduleRef.introspect(MFA_HANDLERS).scope !== Scope.DEFAULT) {
      throw new Error(
        'An MFA handler is request-scoped: make it, and all that it injects, singletons.',
      );
    }
  }

  /**
   * @param handlers in the order in which they are listed and offered
   * @param options and where the ports are found
   */
  static forRoot(
    handlers: readonly HandlerProvider[],
    options: MfaModuleOptions & MfaModuleWiring,
  ): DynamicModule {
    const { imports = [], providers = [], ...values } = options;
    return MfaModule.forRootAsync(handlers, { imports, providers, useFactory: () => values });
  }

  /** As {@link forRoot}, with options from a factory. */
  static forRootAsync(
    handlers: readonly HandlerProvider[],
    { imports = [], providers = [], inject = [], useFactory }: MfaModuleAsyncOptions,
  ): DynamicModule {
    return {
      module: MfaModule,
      global: true,
      imports,
      controllers: MFA_CONTROLLERS,
      providers: [
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
  MfaCleanUp,
  MfaOptions,
  AuditTrail,
  AuditVerification,
  OutboxBacklog,
  OutboxWorker,
  Reencryption,
  Repudiation,
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

/** As a host binds them; what is optional may be absent. */
type BoundPorts = [
  subjects?: SubjectDirectory,
  tokens?: TokenIssuer,
  access?: AccessGuard,
  passwords?: PasswordProof,
  sessions?: SessionDirectory,
  sessionCloser?: SessionCloser,
];

/** In the order of {@link BoundPorts}. */
const PORTS = [
  SubjectDirectory,
  TokenIssuer,
  AccessGuard,
  PasswordProof,
  SessionDirectory,
  SessionCloser,
];

/** The host's ports. Asked for as optional, so that a missing one is named in a sentence of ours. */
const HOST_PORTS: Provider = {
  provide: HostPorts,
  inject: PORTS.map((token) => ({ token, optional: true })),
  useFactory: (...[subjects, tokens, access, ...others]: BoundPorts) => {
    if (subjects === undefined) throw missingPort('SubjectDirectory');
    if (tokens === undefined) throw missingPort('TokenIssuer');
    if (access === undefined) throw missingPort('AccessGuard');
    const [passwords = null, sessions = null, sessionCloser = null] = others;
    return new HostPorts(subjects, tokens, { passwords, sessions, sessionCloser });
  },
};

/** Binds whoever of the host hears of events. Nobody asks for it: it is made with the application. */
const BOUND_AUDIENCE: Provider = {
  provide: Symbol('BOUND_AUDIENCE'),
  inject: [
    EventAudience,
    { token: MfaEventListener, optional: true },
    { token: EVENT_CONSUMERS, optional: true },
  ],
  useFactory: (
    audience: EventAudience,
    listener?: MfaEventListener,
    consumers?: readonly EventConsumer[],
  ) => {
    audience.bind(listener ?? null, consumers ?? []);
    return audience;
  },
};

function missingPort(name: string): Error {
  return new Error(
    `MfaModule misses the port ${name}: provide it in a module that exports it, and give that module to forRoot in "imports".`,
  );
}
