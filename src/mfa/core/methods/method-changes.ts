import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { type Actor } from '../access/actor.js';
import { ChangeLog, type ChangeOccasion } from '../reversal/change-log.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { FreshProof } from '../access/fresh-proof.js';
import { type Subject } from '../../contract/handler.js';
import { MethodCeremony, type MethodProof } from '../ceremony/method-ceremony.js';
import { type MethodRecord, type Transaction, UnitOfWork } from '../ports/stores.js';

/** A method that is to change, whose it is, and who asks. */
export interface Target {
  readonly actor: Actor;
  readonly subject: Subject;
  readonly method: MethodRecord;
}

/** A change of factors; a rejection undoes all of it. */
export interface Change {
  readonly type: MfaEventType;
  /** {@link MfaEvent.target} */
  readonly target?: string | undefined;
  /** Finds the target behind the account's lock; absent: nothing that comes in between changes it. */
  readonly targetIn?: (methods: readonly MethodRecord[]) => string | undefined;
  /** @returns what it led to, told after the change itself */
  readonly run: (transaction: Transaction, logged: ChangeOccasion) => Promise<readonly MfaEvent[]>;
}

/** The proof that authorises a change. */
export interface Authorisation extends Pick<
  MethodProof,
  'proof' | 'acceptsBackupCode' | 'wrongProofDetail'
> {
  /** The method that is proven; absent: the one that is to change. */
  readonly by?: MethodRecord;
}

/** Changes factors, each change in one transaction with its event. */
@Injectable()
export class MethodChanges {
  constructor(
    private readonly events: EventRecorder,
    private readonly unitOfWork: UnitOfWork,
    private readonly ceremony: MethodCeremony,
    private readonly freshProof: FreshProof,
    private readonly log: ChangeLog,
    private readonly clock: Clock,
  ) {}

  /**
   * A change that asks for no proof of its own.
   *
   * @throws {MfaError} as {@link FreshProof.require} in a transaction
   */
  async apply(asked: Target, change: Change): Promise<void> {
    const { actor, subject, method } = asked;
    const occasion = this.log.occasion(
      { actor, subject, factor: method.handler },
      this.clock.now(),
    );
    const events = await this.unitOfWork.runForAccount(subject.id, async (transaction) => {
      const { methods } = await this.freshProof.require(actor, transaction);
      const present = asOfNow(change, methods);
      const further = await this.make(present, { occasion, method }, transaction);
      const told = [eventOf(occasion, present), ...further];
      await this.events.append(told, { transaction });
      return told;
    });
    this.events.publish(events);
  }

  /**
   * A change that takes the proof of a method as well.
   *
   * @throws {MfaError} `fresh_proof_required`, `unavailable` where its target is another one by now, and
   * as {@link MethodCeremony.prove}
   */
  async prove(
    { actor, subject, method }: Target,
    { by = method, ...authorisation }: Authorisation,
    change: Change,
  ): Promise<void> {
    const { client, sessionId } = actor;
    const own = { subject, method: by, authenticatorId: null, purpose: 'manage' as const };
    const proof = { ...authorisation, ...own, client, sessionId };
    await this.ceremony.prove(proof, async ({ proof: { at } }) => {
      const occasion = this.log.occasion({ actor, subject, factor: method.handler }, at);
      return {
        result: undefined,
        events: [change.type],
        factor: method.handler,
        target: change.target,
        changeId: occasion.changeId,
        change: async (transaction) => {
          const { methods } = await this.freshProof.require(actor, transaction);
          const present = asOfNow(change, methods);
          if (present.target !== change.target) throw new MfaError('unavailable');
          return this.make(present, { occasion, method }, transaction);
        },
      };
    });
  }

  /** Logged first: what is logged is as it was before. */
  private async make(
    { type, target, run }: Change,
    { occasion, method }: { readonly occasion: ChangeOccasion; readonly method: MethodRecord },
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const about = { kind: 'method', id: method.id } as const;
    const further = await this.log.record({ type, target }, { occasion, about }, transaction);
    return [...(await run(transaction, occasion)), ...further];
  }
}

/** The change, with the target that it has now; the account is locked. */
function asOfNow(change: Change, methods: readonly MethodRecord[]): Change {
  const { targetIn } = change;
  return targetIn === undefined ? change : { ...change, target: targetIn(methods) };
}

function eventOf({ changeId, ...told }: ChangeOccasion, { type, target }: Change): MfaEvent {
  return { ...told, type, target, changeId };
}

/** A field that is asked for only in some states of the account. */
export function missing(field: string): MfaError {
  return new MfaError('validation_failed', { errors: { [field]: ['This field is required.'] } });
}
