import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type Authenticator, chooseDormant, workingOf } from '../ports/authenticators.js';
import { ChallengeService, type OwnChallengeRequest } from '../ceremony/challenge.service.js';
import { MfaError } from '../../contract/errors.js';
import { type JsonObject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type MethodRecord } from '../ports/stores.js';
import { type OwnMethod, OwnMethods } from './own-methods.js';

/** What a proof will be for, and who may give it. */
type ProofDemand = Pick<OwnChallengeRequest, 'purpose' | 'authenticatorId' | 'authenticators'>;

/** Asks a signed-in subject for the proof of a method: sends its code, shows its challenge. */
@Injectable()
export class MethodAskingService {
  constructor(
    private readonly own: OwnMethods,
    private readonly registry: HandlerRegistry,
    private readonly challenges: ChallengeService,
  ) {}

  /**
   * Sends a code of a method: to confirm it where it is not active, to manage it where it is.
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
   * Asks for the proof of a method that works, with which its owner may change factors; or of an
   * authenticator that worked before its method was deactivated, so that it can be confirmed again.
   *
   * @param authenticatorId names the one that shall be confirmed again; needed where there are several
   * @returns what the method shows the client; null where it is proven by its name alone
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

/** To manage an active method, any of its authenticators will do. */
function anyWorking(method: MethodRecord): ProofDemand {
  return { purpose: 'manage', authenticatorId: null, authenticators: workingOf(method) };
}

/** To confirm, the one that was set up last: it is what its owner holds in hand. */
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
