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

/** A method that is to change, its owner, and the actor. */
export interface Target {
  readonly actor: Actor;
  readonly subject: Subject;
  readonly method: MethodRecord;
}

/** The outcome of a change. */
export interface ChangeOutcome<T> {
  /** Further events, which follow that of the change itself. */
  readonly events: readonly MfaEvent[];
  readonly result: T;
}

/** A change of factors. A rejection rolls all of it back. */
export interface Change<T> {
  readonly type: MfaEventType;
  /** {@link MfaEvent.target} */
  readonly target?: string | undefined;
  /** Finds the target again once the account is locked. Absent: the target cannot change. */
  readonly targetIn?: (methods: readonly MethodRecord[]) => string | undefined;
  /** Makes the change. The account is locked, and the change is logged. */
  readonly run: (transaction: Transaction, logged: ChangeOccasion) => Promise<ChangeOutcome<T>>;
}

/** The proof that authorises a change. */
export interface Authorisation extends Pick<
  MethodProof,
  'proof' | 'acceptsBackupCode' | 'wrongProofDetail'
> {
  /** The method that is proven. Absent: the one that is to change. */
  readonly by?: MethodRecord;
}

/** Changes factors. Each change is one transaction with its event. */
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
   * Makes a change that needs no proof of its own.
   *
   * @returns the result of the change
   * @throws {MfaError} as {@link FreshProof.require} in a transaction
   */
  async apply<T>(asked: Target, change: Change<T>): Promise<T> {
    const { actor, subject, method } = asked;
    const occasion = this.log.occasion(
      { actor, subject, factor: method.handler },
      this.clock.now(),
    );
    const made = await this.unitOfWork.runForAccount(subject.id, async (transaction) => {
      const { methods } = await this.freshProof.require(actor, transaction);
      const present = asOfNow(change, methods);
      const { events, result } = await this.make(present, { occasion, method }, transaction);
      const told = [eventOf(occasion, present), ...events];
      await this.events.append(told, { transaction });
      return { events: told, result };
    });
    this.events.publish(made.events);
    return made.result;
  }

  /**
   * Makes a change that needs the proof of a method.
   *
   * @returns the result of the change
   * @throws {MfaError} `fresh_proof_required`, `unavailable` when the target has changed meanwhile, and as
   * {@link MethodCeremony.prove}
   */
  async prove<T>(
    { actor, subject, method }: Target,
    { by = method, ...authorisation }: Authorisation,
    change: Change<T>,
  ): Promise<T> {
    const { client, sessionId } = actor;
    const own = { subject, method: by, authenticatorId: null, purpose: 'manage' as const };
    const proof = { ...authorisation, ...own, client, sessionId };
    const results = await this.ceremony.prove(proof, async ({ proof: { at } }) => {
      const occasion = this.log.occasion({ actor, subject, factor: method.handler }, at);
      const result: T[] = [];
      return {
        result,
        events: [change.type],
        factor: method.handler,
        target: change.target,
        changeId: occasion.changeId,
        change: async (transaction) => {
          const { methods } = await this.freshProof.require(actor, transaction);
          const present = asOfNow(change, methods);
          if (present.target !== change.target) throw new MfaError('unavailable');
          const made = await this.make(present, { occasion, method }, transaction);
          result.push(made.result);
          return made.events;
        },
      };
    });
    // The ceremony commits no proof without its change, so there is a result. Of several runs the last
    // one is committed: a host's `UnitOfWork` may repeat a transaction.
    return results.at(-1) as T;
  }

  /** Logs the change first, because the log keeps the state of before. */
  private async make<T>(
    { type, target, run }: Change<T>,
    { occasion, method }: { readonly occasion: ChangeOccasion; readonly method: MethodRecord },
    transaction: Transaction,
  ): Promise<ChangeOutcome<T>> {
    const about = { kind: 'method', id: method.id } as const;
    const further = await this.log.record({ type, target }, { occasion, about }, transaction);
    const { events, result } = await run(transaction, occasion);
    return { events: [...events, ...further], result };
  }
}

/** The change with its present target. The account is locked. */
function asOfNow<T>(change: Change<T>, methods: readonly MethodRecord[]): Change<T> {
  const { targetIn } = change;
  return targetIn === undefined ? change : { ...change, target: targetIn(methods) };
}

function eventOf(
  { changeId, ...told }: ChangeOccasion,
  { type, target }: Change<unknown>,
): MfaEvent {
  return { ...told, type, target, changeId };
}

/** The refusal of a request without a field that only some states of the account require. */
export function missing(field: string): MfaError {
  return new MfaError('validation_failed', { errors: { [field]: ['This field is required.'] } });
}
