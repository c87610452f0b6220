import { Injectable, Optional } from '@nestjs/common';
import { type Principal } from '../../core/actor.js';
import { AccessGuard } from './access.guard.js';

/** The host's {@link AccessGuard}, for guards that stand in any of its modules. */
@Injectable()
export class HostAccess {
  /** Optional to Nest alone: the module says in a sentence of its own that the port is missing. */
  constructor(@Optional() private readonly access: AccessGuard) {}

  /** @throws {MfaError} `not_authenticated` or `token_not_valid` */
  authenticate(request: object): Promise<Principal> {
    return this.access.authenticate(request);
  }
}
