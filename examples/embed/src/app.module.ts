import { Module, ValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MFA_ENTITIES, MFA_MIGRATIONS, MfaModule } from 'nestjs-mfa';
import { AppHandler } from 'nestjs-mfa/handlers/app';
import { EmailHandler } from 'nestjs-mfa/handlers/email';
import { AccountsModule } from './accounts/accounts.module.js';
import { CreateAccounts1700000000000 } from './accounts/create-accounts.js';
import { Public } from './accounts/session.guard.js';
import { DongleHandler } from './mfa/dongle.handler.js';
import { PortsModule } from './mfa/ports.module.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres' as const,
        url: process.env['DATABASE_URL'] ?? '',
        autoLoadEntities: true,
        entities: [...MFA_ENTITIES],
        migrations: [CreateAccounts1700000000000, ...MFA_MIGRATIONS],
        migrationsRun: true,
        installExtensions: false,
      }),
    }),
    AccountsModule,
    MfaModule.forRootAsync([AppHandler, DongleHandler, EmailHandler], {
      imports: [PortsModule],
      path: 'auth',
      publicRouteDecorators: [Public()],
      useFactory: () => ({
        applicationName: 'Embed',
        secretKeys: [{ id: 'k1', key: Buffer.from(process.env['MFA_KEY'] ?? '', 'base64url') }],
      }),
    }),
  ],
  providers: [
    {
      provide: APP_PIPE,
      useValue: new ValidationPipe({
        whitelist: true,
        forbidNonWhitelisted: true,
        transform: true,
      }),
    },
  ],
})
export class AppModule {}
