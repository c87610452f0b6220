import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { FreshProof } from '../../core/access/fresh-proof.js';
import { type SignedInAccount } from '../../core/access/present-accounts.js';
import { originOf } from '../requests/calls.js';
import { RequestFact } from '../requests/request-fact.js';
import { senderOf } from './signed-in.guard.js';

/** The methods of the sender of a request. {@link FreshProofGuard} sets them. */
export const methodSnapshots = new RequestFact<SignedInAccount>('FreshProofGuard');

/** Admits a call whose proof is recent, and strong enough to change factors. */
@Injectable()
export class FreshProofGuard implements CanActivate {
  constructor(private readonly freshProof: FreshProof) {}

  /** @throws {MfaError} `fresh_proof_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { principal } = senderOf(context);
    methodSnapshots.set(originOf(context), await this.freshProof.require(principal));
    return true;
  }
}
