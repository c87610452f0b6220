import { type ExecutionContext, Injectable, Optional } from '@nestjs/common';
import { type Principal } from '../../core/access/actor.js';
import { type BudgetedRequest, RequestBudget } from '../../core/ports/request-budget.js';
import { refuseReservedSessionId } from '../../core/ports/reserved-session-ids.js';
import { given } from '../../core/ports/host-ports.js';
import { type HttpRequest } from '../requests/http-request.js';
import { AccessTokenReader, RequestSource } from './access-token-reader.js';

/** The host's ports that guards ask, for guards in any of its modules. */
@Injectable()
export class HostAccess {
  /** Optional for Nest alone: the module itself refuses to start without the port. */
  constructor(
    @Optional() private readonly access: AccessTokenReader,
    @Optional() private readonly budget?: RequestBudget,
    @Optional() private readonly requests: RequestSource = new RequestSource(),
  ) {}

  /** The request behind a call. @throws {Error} if there is none */
  requestOf(context: ExecutionContext): HttpRequest {
    return this.requests.requestOf(context);
  }

  /**
   * @throws {MfaError} `not_authenticated` or `token_not_valid`
   * @throws {Error} if the port returns something else, or a reserved session id
   */
  async authenticate(request: object): Promise<Principal> {
    const principal = given(
      'AccessTokenReader.authenticate',
      await this.access.authenticate(request),
    );
    refuseReservedSessionId(principal.sessionId);
    return principal;
  }

  /** @throws {MfaError} `rate_limited` */
  async spend(request: BudgetedRequest): Promise<void> {
    await this.budget?.spend(request);
  }
}
