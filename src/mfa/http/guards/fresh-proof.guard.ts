import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { FreshProof } from '../../core/fresh-proof.js';
import { principals } from './signed-in.guard.js';

/** Lets a request pass whose proof is recent, and strong enough to change factors. */
@Injectable()
export class FreshProofGuard implements CanActivate {
  constructor(private readonly freshProof: FreshProof) {}

  /** @throws {MfaError} `fresh_proof_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.freshProof.require(principals.of(context.switchToHttp().getRequest<object>()));
    return true;
  }
}
