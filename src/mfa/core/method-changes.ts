import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { type Actor } from './actor.js';
import { MfaError } from './errors.js';
import { EventTeller } from './event-teller.js';
import { type MfaEvent, type MfaEventType } from './events.js';
import { FreshProof } from './fresh-proof.js';
import { type Subject } from './handler.js';
import { MethodCeremony, type MethodProof } from './method-ceremony.js';
import { EventStore, type MethodRecord, type Transaction, UnitOfWork } from './stores.js';

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
  readonly run: (transaction: Transaction) => Promise<void>;
}

/** The proof that authorises a change. */
export type Authorisation = Pick<MethodProof, 'proof' | 'acceptsBackupCode' | 'wrongProofDetail'>;

/** Changes factors, each change in one transaction with its event. */
@Injectable()
export class MethodChanges {
  constructor(
    private readonly events: EventStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly ceremony: MethodCeremony,
    private readonly freshProof: FreshProof,
    private readonly teller: EventTeller,
    private readonly clock: Clock,
  ) {}

  /**
   * A change that asks for no proof of its own.
   *
   * @throws {MfaError} as {@link FreshProof.require} in a transaction
   */
  async apply({ actor, subject, method }: Target, change: Change): Promise<void> {
    const { type, target, run } = change;
    const { client, sessionId } = actor;
    const about = { subject, factor: method.handler, client, sessionId };
    const event: MfaEvent = { type, ...about, target, at: this.clock.now() };
    await this.unitOfWork.runForAccount(subject.id, async (transaction) => {
      await this.freshProof.require(actor, transaction);
      await run(transaction);
      await this.events.append([event], { transaction });
    });
    this.teller.tell([event]);
  }

  /**
   * A change that takes the proof of a method as well.
   *
   * @throws {MfaError} `fresh_proof_required`, and as {@link MethodCeremony.prove}
   */
  async prove(
    { actor, subject, method }: Target,
    authorisation: Authorisation,
    { type, target, run }: Change,
  ): Promise<void> {
    const { client, sessionId } = actor;
    const own = { subject, method, authenticatorId: null, purpose: 'manage' as const };
    await this.ceremony.prove({ ...authorisation, ...own, client, sessionId }, async () => ({
      events: [type],
      target,
      change: async (transaction) => {
        await this.freshProof.require(actor, transaction);
        await run(transaction);
      },
    }));
  }
}

/** A field that is asked for only in some states of the account. */
export function missing(field: string): MfaError {
  return new MfaError('validation_failed', { errors: { [field]: ['This field is required.'] } });
}
