import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MFA_ENTITIES, MFA_MIGRATIONS, MfaModule } from 'nestjs-mfa';
import { AppHandler } from 'nestjs-mfa/handlers/app';
import { AccountsController } from './accounts/accounts.controller.js';
import { CreateAccounts1700000000000 } from './accounts/create-accounts.js';
import { PortsModule } from './accounts/ports.module.js';
import { PaymentsGateway } from './payments/payments.gateway.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres' as const,
        url: process.env['DATABASE_URL'] ?? '',
        entities: [...MFA_ENTITIES],
        migrations: [CreateAccounts1700000000000, ...MFA_MIGRATIONS],
        migrationsRun: true,
        installExtensions: false,
      }),
    }),
    PortsModule,
    MfaModule.forRootAsync([AppHandler], {
      imports: [PortsModule],
      useFactory: () => ({
        applicationName: 'Payments',
        secretKeys: [{ id: 'k1', key: Buffer.from(process.env['MFA_KEY'] ?? '', 'base64url') }],
      }),
    }),
  ],
  controllers: [AccountsController],
  providers: [PaymentsGateway],
})
export class AppModule {}
