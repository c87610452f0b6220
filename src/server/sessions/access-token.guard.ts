import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { clientOf, type HttpRequest } from '../../mfa/index.js';
import { SubjectBudget } from '../rate-limit/subject-budget.js';
import { type AccessFacts } from './access-tokens.js';
import { ACCESS_TOKEN } from './access-token.strategy.js';

/**
 * Lets a request with a valid access token pass, within its user's budget. The token's facts are
 * then in `request.user`.
 */
@Injectable()
export class AccessTokenGuard extends AuthGuard(ACCESS_TOKEN) {
  constructor(private readonly budget: SubjectBudget) {
    super();
  }

  /** @throws {MfaError} `not_authenticated`, `token_not_valid` or `rate_limited` */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const request = context.switchToHttp().getRequest<HttpRequest & { user: AccessFacts }>();
    const { userId, sessionId: credentialId } = request.user;
    const kind = request.method === 'GET' ? 'read' : 'write';
    const { ip } = clientOf(request);
    await this.budget.spend({ kind, subjectId: userId, credentialId, ip });
    return true;
  }
}
