import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type User } from '../identity/user.entity.js';
import { ServerConfig } from '../config/server-config.js';
import { takeDevice } from './device-choice.js';
import { type FirstFactorRequest } from './first-factor.js';
import { type ConfiguredFirstFactor, FirstFactors } from './first-factors.js';
import { LoginFailures } from './login-failures.js';

/** A request after {@link FirstFactorGuard}. */
export interface ProvenRequest extends FirstFactorRequest {
  /** The user who proved the first factor. */
  readonly user: User;
  /** The first factor that was proven. */
  readonly firstFactor: ConfiguredFirstFactor;
  /** The token of a remembered device. Absent: none came, or no device is remembered. */
  readonly trustedDevice?: string | undefined;
}

/** Admits a request that proves the first factor of its provider. */
@Injectable()
export class FirstFactorGuard implements CanActivate {
  constructor(
    private readonly factors: FirstFactors,
    private readonly failures: LoginFailures,
    private readonly config: ServerConfig,
  ) {}

  /** @throws {MfaError} `validation_failed` or `invalid_credentials` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FirstFactorRequest>();
    const trustedDevice = this.takeDevice(request);
    const firstFactor = this.factors.chosenBy(request.body);
    const user = await this.failures.watch(
      request,
      this.factors.authenticate(firstFactor, request),
    );
    const proven: Partial<ProvenRequest> = { user, firstFactor, trustedDevice };
    Object.assign(request, proven);
    return true;
  }

  /** Where no device is remembered, the field stays, and is refused like any other that no form knows. */
  private takeDevice(request: FirstFactorRequest): string | undefined {
    if (this.config.mfa.trustedDevices !== 'on') return undefined;
    const { form, trustedDevice } = takeDevice(request.body);
    Object.assign(request, { body: form });
    return trustedDevice;
  }
}
