import { type Provider, type Type } from '@nestjs/common';
import { AuthenticatorsController } from './http/controllers/authenticators.controller.js';
import { BackupCodesController } from './http/controllers/backup-codes.controller.js';
import { DevicesController } from './http/controllers/devices.controller.js';
import { EphemeralTokenGuard, StepUpTokenGuard } from './http/guards/ephemeral-token.guard.js';
import { FreshProofGuard } from './http/guards/fresh-proof.guard.js';
import { HostAccess } from './http/guards/host-access.js';
import { MediaTypeGuard } from './http/requests/media-type.guard.js';
import { RememberDevice } from './http/requests/remember-device.js';
import { RequireMfaGuard } from './http/guards/require-mfa.guard.js';
import { SignedInGuard } from './http/guards/signed-in.guard.js';
import { HandlersController } from './http/controllers/handlers.controller.js';
import { IssuedResponses } from './http/controllers/issued-responses.js';
import { MfaLoginController } from './http/controllers/mfa-login.controller.js';
import { MethodsController } from './http/controllers/methods.controller.js';
import { MfaProblemFilter, ProblemFilter } from './http/problems/problem.filter.js';
import { NoStoreInterceptor } from './http/requests/no-store.interceptor.js';
import { RouteMethods } from './http/problems/route-methods.js';
import { StepUpController } from './http/controllers/step-up.controller.js';

/** All controllers of the library. */
export const MFA_CONTROLLERS: readonly Type<object>[] = [
  MfaLoginController,
  HandlersController,
  MethodsController,
  AuthenticatorsController,
  BackupCodesController,
  StepUpController,
  DevicesController,
];

/** Guards, filters and interceptors of the controllers. Routes of the host may use them too. */
export const MFA_HTTP_PROVIDERS: Provider[] = [
  EphemeralTokenGuard,
  FreshProofGuard,
  HostAccess,
  IssuedResponses,
  MediaTypeGuard,
  MfaProblemFilter,
  NoStoreInterceptor,
  ProblemFilter,
  RememberDevice,
  RequireMfaGuard,
  RouteMethods,
  SignedInGuard,
  StepUpTokenGuard,
];
