import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { ask } from '../ceremony/asking.js';
import { type Authenticator, chooseDormant, workingOf } from '../ports/authenticators.js';
import { CodeSender } from '../sending/code-sender.js';
import { MfaError } from '../../contract/errors.js';
import { type JsonObject, type MfaHandler, type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { ownChallenge, type OwnPurpose } from '../ceremony/method-ceremony.js';
import { ChallengeStore, type MethodRecord, MethodStore } from '../ports/stores.js';

/** A method of a signed-in subject. */
interface OwnMethod {
  readonly subject: Subject;
  readonly handler: MfaHandler;
  readonly method: MethodRecord;
}

/** What a proof will be for, and who may give it. */
interface Answering {
  readonly purpose: OwnPurpose;
  /** The one that is to be confirmed; null: whichever works. */
  readonly authenticatorId: string | null;
  readonly authenticators: readonly Authenticator[];
}

/** Asks a signed-in subject for the proof of a method: sends its code, shows its challenge. */
@Injectable()
export class MethodAskingService {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly codeSender: CodeSender,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a code of a method: to confirm it where it is not active, to manage it where it is.
   *
   * @throws {MfaError} `method_unknown`, `method_not_found`, `dispatch_not_supported`,
   * `send_too_soon`, `send_limit` or `delivery_failed`
   */
  async send(actor: Actor, name: string): Promise<void> {
    const own = await this.find(actor, name);
    if (!own.handler.requiresDispatch) throw new MfaError('dispatch_not_supported');
    const { method } = own;
    await this.ask(own, method.isActive ? anyWorking(method) : lastSetUp(method), actor);
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
    name: string,
    authenticatorId?: string,
  ): Promise<JsonObject | null> {
    const own = await this.find(actor, name);
    const { method } = own;
    const answering =
      method.isActive && authenticatorId === undefined
        ? anyWorking(method)
        : justOne(chooseDormant(method, authenticatorId));
    return this.ask(own, answering, actor);
  }

  private async find(actor: Actor, name: string): Promise<OwnMethod> {
    const handler = this.registry.get(name);
    const subject = await this.actors.subjectOf(actor);
    const methods = await this.methods.list(subject.id);
    const method = methods.find((candidate) => candidate.handler === name);
    if (method === undefined) throw new MfaError('method_not_found');
    return { subject, handler, method };
  }

  private async ask(
    { subject, handler, method }: OwnMethod,
    { purpose, authenticatorId, authenticators }: Answering,
    { client, sessionId }: Actor,
  ): Promise<JsonObject | null> {
    const now = this.clock.now();
    // An address that was proven once is its owner's: strangers who enrol it use up nothing of it.
    const isBound = authenticators.every(({ boundAt }) => boundAt !== null);
    const context = { subject, purpose, factor: handler.name, client, isBound };
    const asking = { handler, method, authenticators, subject, now };
    const { data, shown, delivery } = await ask(asking);
    const reservation = await this.codeSender.reserve(delivery, context);
    const ceremony = { purpose, method, authenticatorId, sessionId };
    const lifetimeSeconds = this.options.ephemeralTokenExpirySeconds;
    const challenge = ownChallenge(subject, ceremony, { data, at: now, lifetimeSeconds });
    await this.codeSender.whileReserved(reservation, () =>
      this.challenges.open(challenge, 'refresh', null),
    );
    await this.codeSender.send(reservation);
    return shown;
  }
}

/** To manage an active method, any of its authenticators will do. */
function anyWorking(method: MethodRecord): Answering {
  return { purpose: 'manage', authenticatorId: null, authenticators: workingOf(method) };
}

/** To confirm, the one that was set up last: it is what its owner holds in hand. */
function lastSetUp({ authenticators }: MethodRecord): Answering {
  return justOne(authenticators.reduce((_, later) => later));
}

function justOne(authenticator: Authenticator): Answering {
  return {
    purpose: 'enrol',
    authenticatorId: authenticator.id,
    authenticators: [authenticator],
  };
}
