import { type Provider, type Type } from '@nestjs/common';
import { AuthenticatorsController } from './authenticators.controller.js';
import { BackupCodesController } from './backup-codes.controller.js';
import { EphemeralTokenGuard } from './guards/ephemeral-token.guard.js';
import { FreshProofGuard } from './guards/fresh-proof.guard.js';
import { HostAccess } from './guards/host-access.js';
import { MediaTypeGuard } from './guards/media-type.guard.js';
import { RequireMfaGuard } from './guards/require-mfa.guard.js';
import { SignedInGuard } from './guards/signed-in.guard.js';
import { StepUpTokenGuard } from './guards/step-up-token.guard.js';
import { HandlersController } from './handlers.controller.js';
import { IssuedAnswers } from './issued-answers.js';
import { LoginController } from './login.controller.js';
import { MethodsController } from './methods.controller.js';
import { MfaProblemFilter } from './mfa-problem.filter.js';
import { NoStoreInterceptor } from './no-store.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { RouteMethods } from './route-methods.js';
import { StepUpController } from './step-up.controller.js';

/** Every controller of the library. */
export const MFA_CONTROLLERS: readonly Type<object>[] = [
  LoginController,
  HandlersController,
  MethodsController,
  AuthenticatorsController,
  BackupCodesController,
  StepUpController,
];

/** What the controllers are guarded and wrapped by; a host's own routes may use it too. */
export const MFA_HTTP_PROVIDERS: Provider[] = [
  EphemeralTokenGuard,
  FreshProofGuard,
  HostAccess,
  IssuedAnswers,
  MediaTypeGuard,
  MfaProblemFilter,
  NoStoreInterceptor,
  ProblemFilter,
  RequireMfaGuard,
  RouteMethods,
  SignedInGuard,
  StepUpTokenGuard,
];
