import { type DynamicModule, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { MfaAccounts } from '../mfa/index.js';
import { type ServerConfig } from './config/server-config.js';
import { PasswordsModule } from './account/passwords/passwords.module.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { UsersModule } from './identity/users.module.js';
import { UsersService } from './identity/users.service.js';
import { VerificationModule } from './account/email/verification.module.js';
import { AccessTokenStrategy } from './sessions/access-token.strategy.js';
import { type FirstFactorTypes } from './sign-in/first-factor-type.js';
import { EMAIL_CONTROLLERS } from './account/email/email.controller.js';
import { EmailVerification } from './account/email/email-verification.js';
import { EMAIL_CHANGE_CONTROLLERS } from './account/email-change/email-change.controller.js';
import { EmailChange } from './account/email-change/email-change.js';
import { EmailChangeModule } from './account/email-change/email-change.module.js';
import { FirstFactors } from './sign-in/first-factors.js';
import { LoginController } from './sign-in/login.controller.js';
import { LoginFailureLog } from './sign-in/login-failure-log.js';
import { LoginFailures } from './sign-in/login-failures.js';
import { passkeyDocumentsOf } from './sign-in/passkey/passkey-documents.controllers.js';
import { PasskeyLoginController } from './sign-in/passkey/passkey-login.controller.js';
import { PASSKEY } from './sign-in/passkey/passkey.factor.js';
import { PasswordChange } from './account/passwords/password-change.js';
import { PasswordReset } from './account/passwords/password-reset.js';
import { PasswordsController } from './account/passwords/passwords.controller.js';
import { prepareFirstFactors } from './sign-in/prepare-first-factors.js';
import { RegistrationController } from './account/registration.controller.js';
import { SecurityLogController } from './account/security-log.controller.js';
import { SessionEndings } from './sessions/session-endings.js';
import { SessionRenewal } from './sign-in/session-renewal.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SharedSecrets } from './sign-in/shared-secrets.js';
import { TokenController } from './sign-in/token.controller.js';
import { UserController } from './account/user.controller.js';
import { UserDisabling } from './account/user-disabling.js';

/** First factors and sessions over HTTP. Needs the library's `LoginService`, which is global. */
@Module({
  imports: [
    PassportModule,
    RateLimitModule,
    UsersModule,
    SessionsModule,
    PasswordsModule,
    VerificationModule,
    EmailChangeModule,
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
    EmailChange,
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
  /** @throws {ConfigError} with a line for each error in the configured first factors */
  static forRoot(config: ServerConfig, types: FirstFactorTypes): DynamicModule {
    const create = prepareFirstFactors(config, types);
    const factors = {
      provide: FirstFactors,
      inject: [UsersService, SharedSecrets, MfaAccounts],
      useFactory: (users: UsersService, secrets: SharedSecrets, accounts: MfaAccounts) =>
        create({ users, secrets }, accounts),
    };
    const { emailVerification: mode, providers } = config;
    const hasPasskeys = providers.some(({ type }) => type === PASSKEY);
    const controllers = [
      ...EMAIL_CONTROLLERS[mode],
      ...EMAIL_CHANGE_CONTROLLERS[mode],
      ...(hasPasskeys ? [PasskeyLoginController] : []),
      ...passkeyDocumentsOf(config),
    ];
    return { module: AuthModule, providers: [factors], controllers };
  }
}
