import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { FreshProof } from '../../core/access/fresh-proof.js';
import { type SignedInAccount } from '../../core/access/present-accounts.js';
import { RequestFact } from '../requests/request-fact.js';
import { principals } from './signed-in.guard.js';

/** The methods of the sender of a request. {@link FreshProofGuard} sets them. */
export const methodSnapshots = new RequestFact<SignedInAccount>('FreshProofGuard');

/** Admits a request whose proof is recent, and strong enough to change factors. */
@Injectable()
export class FreshProofGuard implements CanActivate {
  constructor(private readonly freshProof: FreshProof) {}

  /** @throws {MfaError} `fresh_proof_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<object>();
    methodSnapshots.set(request, await this.freshProof.require(principals.of(request)));
    return true;
  }
}
