import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { MfaModule } from '../mfa/index.js';
import { AuthModule } from './auth/auth.module.js';
import { type FirstFactorTypes } from './auth/first-factor-type.js';
import { FIRST_FACTOR_TYPES } from './auth/first-factor-types.js';
import { CleanUpModule } from './clean-up/clean-up.module.js';
import { ConfigModule } from './config/config.module.js';
import { ServerConfig } from './config/server-config.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { KeysModule } from './keys/keys.module.js';
import { MailModule } from './mail/mail.module.js';
import { MailboxModule } from './mail/mailbox.module.js';
import { handlersOf } from './mfa/handlers.js';
import { MfaHostModule } from './mfa/mfa-host.module.js';
import { PagesModule } from './pages/pages.module.js';
import { HttpDrain } from './shutdown/http-drain.js';
import { ShutdownModule } from './shutdown/shutdown.module.js';
import { WatchingModule } from './requests/watching.module.js';
import { SystemModule } from './system.module.js';

/** What a program brings that starts this server with types of its own. */
export interface ServerAdditions {
  /** By the name under which `AUTH_CONFIG` lists them; one of ours is replaced by its name. */
  readonly firstFactors?: FirstFactorTypes;
}

/** The composition root: everything that the server consists of. */
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
        WatchingModule.forRoot(config),
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
        CleanUpModule,
      ],
    };
  }
}
