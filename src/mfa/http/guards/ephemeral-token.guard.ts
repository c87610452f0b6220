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
import { readOpenBody } from '../requests/open-body.pipe.js';
import { RequestFact } from '../requests/request-fact.js';
import { HostAccess } from './host-access.js';

/** What the ephemeral token says: stated by {@link EphemeralTokenGuard}. */
export const ephemeralClaims = new RequestFact<EphemeralClaims>('EphemeralTokenGuard');

/**
 * Lets a request pass whose body names an open challenge by its `ephemeral_token`. Guards run before
 * pipes, so this one reads the raw body; the other fields are left to the route's pipe.
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
   * `rate_limited` where the budget of the challenge or its subject is gone
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const { fixed } = readOpenBody(EphemeralTokenBody, request.body);
    const claims = await this.tokens.verify(fixed.ephemeral_token, this.purpose);
    const { subjectId, challengeId: credentialId } = claims;
    // Nobody has such a token without the first factor: no stranger uses this up.
    const { ip } = clientOf(request);
    await this.access.spend({ kind: this.kind, subjectId, credentialId, ip });
    ephemeralClaims.set(request, claims);
    return true;
  }
}
