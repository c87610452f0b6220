import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { MfaModule } from '../mfa/index.js';
import { AuthModule } from './auth.module.js';
import { type FirstFactorTypes } from './sign-in/first-factor-type.js';
import { FIRST_FACTOR_TYPES } from './first-factor-types.js';
import { RetentionModule } from './retention/retention.module.js';
import { ConfigModule } from './config/config.module.js';
import { ServerConfig } from './config/server-config.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './operations/health/health.module.js';
import { KeysModule } from './keys/keys.module.js';
import { MailModule } from './delivery/mail/mail.module.js';
import { MailboxModule } from './delivery/mail/mailbox.module.js';
import { handlersOf } from './mfa/handlers.js';
import { MfaHostModule } from './mfa/mfa-host.module.js';
import { PagesModule } from './pages/pages.module.js';
import { HttpDrain } from './operations/shutdown/http-drain.js';
import { ShutdownModule } from './operations/shutdown/shutdown.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { SystemModule } from './system.module.js';

/** Additions of a program that starts this server itself. */
export interface ServerAdditions {
  /** Types of first factors by their name in `AUTH_CONFIG`; a name of ours replaces our type. */
  readonly firstFactors?: FirstFactorTypes;
}

/** The composition root of the server. */
@Module({})
export class AppModule {
  /** @throws {Error} when the configuration names an unknown handler, or has no carrier for mails */
  static forRoot(config: ServerConfig, additions: ServerAdditions = {}): DynamicModule {
    return {
      module: AppModule,
      providers: [HttpDrain],
      imports: [
        ConfigModule.forRoot(config),
        SystemModule,
        ShutdownModule,
        ObservabilityModule.forRoot(config),
        DatabaseModule,
        MailboxModule.forRoot(config),
        MailModule.forRoot(config),
        MfaModule.forRootAsync(handlersOf(config), {
          imports: [MfaHostModule],
          inject: [ServerConfig],
          useFactory: ({ mfa }: ServerConfig) => mfa,
        }),
        AuthModule.forRoot(config, { ...FIRST_FACTOR_TYPES, ...additions.firstFactors }),
        EventEmitterModule.forRoot({ wildcard: true }),
        PagesModule,
        KeysModule,
        HealthModule,
        RetentionModule,
      ],
    };
  }
}
