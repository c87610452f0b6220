import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type Authenticator, chooseDormant, workingOf } from '../ports/authenticators.js';
import { ChallengeService, type OwnChallengeRequest } from '../ceremony/challenge.service.js';
import { MfaError } from '../../contract/errors.js';
import { type JsonObject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type MethodRecord } from '../ports/stores.js';
import { type OwnMethod, OwnMethods } from './own-methods.js';

/** The purpose of a proof, and the authenticators that may give it. */
type ProofDemand = Pick<OwnChallengeRequest, 'purpose' | 'authenticatorId' | 'authenticators'>;

/** Asks a signed-in subject for the proof of a method: sends a code, or returns a challenge. */
@Injectable()
export class MethodAskingService {
  constructor(
    private readonly own: OwnMethods,
    private readonly registry: HandlerRegistry,
    private readonly challenges: ChallengeService,
  ) {}

  /**
   * Sends a code of a method: to confirm a method that is not active, to prove one that is.
   *
   * @throws {MfaError} `method_unknown`, `method_not_found`, `dispatch_not_supported`,
   * `send_too_soon`, `send_limit` or `delivery_failed`
   */
  async send(actor: Actor, handler: string): Promise<void> {
    const own = await this.own.method(actor, handler);
    const { method } = own;
    const { requiresDispatch } = this.registry.forMethod(method);
    if (!requiresDispatch) throw new MfaError('dispatch_not_supported');
    await this.ask(own, method.isActive ? anyWorking(method) : lastSetUp(method));
  }

  /**
   * Asks for the proof of an active method, which authorises changes of factors; or of an authenticator of
   * a deactivated method, which confirms it again.
   *
   * @param authenticatorId of the authenticator to confirm again; required when there are several
   * @returns the challenge for the client; null when the proof needs none
   * @throws {MfaError} `method_unknown`, `method_not_found`, `validation_failed`, `send_too_soon`,
   * `send_limit` or `delivery_failed`
   */
  async challenge(
    actor: Actor,
    handler: string,
    authenticatorId?: string,
  ): Promise<JsonObject | null> {
    const own = await this.own.method(actor, handler);
    const { method } = own;
    const demand =
      method.isActive && authenticatorId === undefined
        ? anyWorking(method)
        : justOne(chooseDormant(method, authenticatorId));
    return this.ask(own, demand);
  }

  private ask({ actor, subject, method }: OwnMethod, demand: ProofDemand) {
    const handler = this.registry.forMethod(method);
    const { client, sessionId } = actor;
    return this.challenges.openOwn({ subject, method, handler, ...demand, client, sessionId });
  }
}

/** Any working authenticator proves an active method. */
function anyWorking(method: MethodRecord): ProofDemand {
  return { purpose: 'manage', authenticatorId: null, authenticators: workingOf(method) };
}

/** The authenticator that was set up last is the one to confirm. */
function lastSetUp({ authenticators }: MethodRecord): ProofDemand {
  return justOne(authenticators.reduce((_, later) => later));
}

function justOne(authenticator: Authenticator): ProofDemand {
  return {
    purpose: 'enrol',
    authenticatorId: authenticator.id,
    authenticators: [authenticator],
  };
}
