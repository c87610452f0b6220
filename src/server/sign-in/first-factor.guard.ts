import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type User } from '../identity/user.entity.js';
import { type FirstFactorRequest } from './first-factor.js';
import { type ConfiguredFirstFactor, FirstFactors } from './first-factors.js';
import { LoginFailures } from './login-failures.js';

/** A request after {@link FirstFactorGuard}. */
export interface ProvenRequest extends FirstFactorRequest {
  /** The user who proved the first factor. */
  readonly user: User;
  /** The first factor that was proven. */
  readonly firstFactor: ConfiguredFirstFactor;
}

/** Admits a request that proves the first factor of its provider. */
@Injectable()
export class FirstFactorGuard implements CanActivate {
  constructor(
    private readonly factors: FirstFactors,
    private readonly failures: LoginFailures,
  ) {}

  /** @throws {MfaError} `validation_failed` or `invalid_credentials` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FirstFactorRequest>();
    const firstFactor = this.factors.chosenBy(request.body);
    const user = await this.failures.watch(
      request,
      this.factors.authenticate(firstFactor, request),
    );
    Object.assign(request, { user, firstFactor } satisfies Partial<ProvenRequest>);
    return true;
  }
}
