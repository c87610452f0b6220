import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { FreshProof, type ProofDemand } from '../../core/access/fresh-proof.js';
import { senderOf } from './signed-in.guard.js';

/** The demand of a route. The demand of a method replaces that of its controller. */
export const PROOF_DEMAND = Reflector.createDecorator<ProofDemand>();

/** Admits a call whose proof meets the demand of the route. */
@Injectable()
export class RequireMfaGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly freshProof: FreshProof,
  ) {}

  /** @throws {MfaError} `fresh_proof_required` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const demand = this.reflector.getAllAndOverride(PROOF_DEMAND, targets);
    await this.freshProof.requireFor(senderOf(context).principal, demand);
    return true;
  }
}
