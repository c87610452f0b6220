import { type DynamicModule, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { MfaAccounts } from '../../mfa/index.js';
import { type ServerConfig } from '../config/server-config.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { UsersService } from '../users/users.service.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { type FirstFactorTypes } from './first-factor-type.js';
import { EMAIL_CONTROLLERS } from './email.controller.js';
import { EmailVerification } from './email-verification.js';
import { FirstFactors } from './first-factors.js';
import { LoginController } from './login.controller.js';
import { LoginFailureLog } from './login-failure-log.js';
import { LoginFailures } from './login-failures.js';
import { PasswordChange } from './password-change.js';
import { PasswordReset } from './password-reset.js';
import { PasswordsController } from './passwords.controller.js';
import { prepareFirstFactors } from './prepare-first-factors.js';
import { RegistrationController } from './registration.controller.js';
import { SecurityLogController } from './security-log.controller.js';
import { SessionEndings } from './session-endings.js';
import { SessionRenewal } from './session-renewal.js';
import { SessionsController } from './sessions.controller.js';
import { SharedSecrets } from './shared-secrets.js';
import { TokenController } from './token.controller.js';
import { UserController } from './user.controller.js';
import { UserDisabling } from './user-disabling.js';

/** First factors and sessions over HTTP. Needs the library's `LoginService`, which is global. */
@Module({
  imports: [
    PassportModule,
    RateLimitModule,
    UsersModule,
    SessionsModule,
    PasswordsModule,
    VerificationModule,
  ],
  controllers: [
    LoginController,
    PasswordsController,
    RegistrationController,
    SecurityLogController,
    SessionsController,
    TokenController,
    UserController,
  ],
  providers: [
    AccessTokenStrategy,
    EmailVerification,
    LoginFailureLog,
    LoginFailures,
    PasswordChange,
    PasswordReset,
    SessionEndings,
    SessionRenewal,
    SharedSecrets,
    UserDisabling,
  ],
})
export class AuthModule {
  /** @throws {ConfigError} with a line for each fault of the configured ways to sign in */
  static forRoot(config: ServerConfig, types: FirstFactorTypes): DynamicModule {
    const create = prepareFirstFactors(config, types);
    const factors = {
      provide: FirstFactors,
      inject: [UsersService, SharedSecrets, MfaAccounts],
      useFactory: (users: UsersService, secrets: SharedSecrets, accounts: MfaAccounts) =>
        create({ users, secrets }, accounts),
    };
    const controllers = EMAIL_CONTROLLERS[config.emailVerification];
    return { module: AuthModule, providers: [factors], controllers };
  }
}
