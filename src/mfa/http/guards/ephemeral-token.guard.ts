import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import {
  type EphemeralClaims,
  type EphemeralPurpose,
  EphemeralTokens,
} from '../../core/keys/ephemeral-token.js';
import { type RequestKind } from '../../core/ports/request-budget.js';
import { EphemeralTokenBody } from '../dto/login.bodies.js';
import { clientOf } from '../requests/client-info.js';
import { type HttpRequest } from '../requests/http-request.js';
import { readOpenBody } from '../requests/body.pipes.js';
import { RequestFact } from '../requests/request-fact.js';
import { HostAccess } from './host-access.js';

/** The claims of the ephemeral token. {@link EphemeralTokenGuard} sets them. */
export const ephemeralClaims = new RequestFact<EphemeralClaims>('EphemeralTokenGuard');

/**
 * Admits a request whose `ephemeral_token` names an open challenge. Guards run before pipes, so this one
 * reads the raw body. It leaves the other fields to the pipe of the route.
 */
@Injectable()
export class EphemeralTokenGuard implements CanActivate {
  protected readonly purpose: EphemeralPurpose = 'login';
  protected readonly kind: RequestKind = 'login_step';

  constructor(
    private readonly tokens: EphemeralTokens,
    private readonly access: HostAccess,
  ) {}

  /**
   * @throws {MfaError} `validation_failed` without a token, `invalid_token` with a bad one,
   * `rate_limited` if the budget of the challenge or of its subject is used up
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const { fixed } = readOpenBody(EphemeralTokenBody, request.body);
    const claims = this.tokens.verify(fixed.ephemeral_token, this.purpose);
    const { subjectId, challengeId: credentialId } = claims;
    // Only the first factor yields such a token, so no stranger can use up this budget.
    const { ip } = clientOf(request);
    await this.access.spend({ kind: this.kind, subjectId, credentialId, ip });
    ephemeralClaims.set(request, claims);
    return true;
  }
}

/** As {@link EphemeralTokenGuard}, but accepts step-up tokens only. */
@Injectable()
export class StepUpTokenGuard extends EphemeralTokenGuard {
  protected override readonly purpose = 'step_up';
  protected override readonly kind = 'step_up_step';
}
