import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type Actor } from '../access/actor.js';
import {
  type Authenticator,
  inPresentVersion,
  isPending,
  NEVER_PROVEN,
  type Place,
  placeFor,
  replacedBy,
} from '../ports/authenticators.js';
import { BackupCodeIssuer, type IssuedBackupCodes } from './backup-code-issuer.js';
import { ChangeLog } from '../reversal/change-log.js';
import { type DispatchContext } from '../sending/code-sender.js';
import { EnrolmentStore, type StoredEnrolment } from './enrolments.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEvent } from '../ports/events.js';
import { FreshProof } from '../access/fresh-proof.js';
import { type MfaHandler, type SetupOutcome } from '../../contract/handler.js';
import { ownChallenge } from '../ceremony/method-ceremony.js';
import {
  type EnrolledMethod,
  type MethodRecord,
  type MethodSnapshot,
  type NewChallenge,
  type Transaction,
  UnitOfWork,
} from '../ports/stores.js';

/** An enrolment that is to be stored. */
export interface NewEnrolment {
  readonly handler: MfaHandler;
  readonly outcome: SetupOutcome<unknown, unknown>;
  readonly context: DispatchContext;
  /** As requested; undefined without one, and when the handler holds one authenticator only. */
  readonly label: string | undefined;
  readonly actor: Actor;
}

/** A second try follows when a set of backup codes turns out to be due behind the lock. */
const MAX_LOCKED_TRIES = 2;

/** The facts that an enrolment is decided by. */
interface Grounds {
  readonly known: MethodSnapshot;
  /** The new set; null when the subject keeps its set. */
  readonly codes: IssuedBackupCodes | null;
}

/** A set of backup codes is due and none was drawn: it is to be drawn without the lock. */
const CODES_ARE_DUE = Symbol('codes are due');

/** A stored enrolment with its events. */
interface ToldEnrolment extends StoredEnrolment {
  readonly events: readonly MfaEvent[];
}

/** Stores a new authenticator, together with the challenge for its confirmation. */
@Injectable()
export class EnrolmentWriter {
  constructor(
    private readonly enrolments: EnrolmentStore,
    private readonly backupCodes: BackupCodeIssuer,
    private readonly freshProof: FreshProof,
    private readonly log: ChangeLog,
    private readonly events: EventRecorder,
    private readonly unitOfWork: UnitOfWork,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Decides by the known methods where the authenticator goes, and whether a new set of backup codes is
   * due. When the methods have changed meanwhile, it decides anew behind the account's lock. Backup codes
   * are drawn without the lock, because their slow hashes wait in line.
   *
   * @throws {MfaError} `method_exists`, `too_many_authenticators`, `unavailable`, or
   * `fresh_proof_required` when the methods have changed
   */
  async store(enrolment: NewEnrolment, known: MethodSnapshot): Promise<StoredEnrolment> {
    const { context } = enrolment;
    const isDue = this.backupCodes.isDue(known.methods);
    const codes = isDue ? await this.backupCodes.draw(context) : null;
    const stored =
      (this.endsProven(enrolment, known)
        ? null
        : await this.storeUnlessChanged(enrolment, { known, codes })) ??
      (await this.storeBehindLock(enrolment, codes));
    this.events.publish(stored.events);
    return stored;
  }

  /** Leaves the lock to draw a set of codes when one is due, and then tries once more. */
  private async storeBehindLock(
    enrolment: NewEnrolment,
    codes: IssuedBackupCodes | null,
  ): Promise<ToldEnrolment> {
    let drawn = codes;
    for (let tries = 1; tries <= MAX_LOCKED_TRIES; tries++) {
      const outcome = await this.storeLocked(enrolment, drawn);
      if (outcome !== CODES_ARE_DUE) return outcome;
      drawn = await this.backupCodes.draw(enrolment.context);
    }
    throw new MfaError('unavailable');
  }

  /** Whether a proven authenticator is replaced. That is logged, so it takes a transaction. */
  private endsProven({ handler, label }: NewEnrolment, { methods }: MethodSnapshot): boolean {
    const present = methods.find((method) => method.handler === handler.name);
    const { authenticators } = replacedBy(present, placeFor(handler, present, label));
    return !authenticators.every(isPending);
  }

  /** @param drawn the set that was drawn for this set-up, used if one is due; null: none was drawn */
  private storeLocked(
    enrolment: NewEnrolment,
    drawn: IssuedBackupCodes | null,
  ): Promise<ToldEnrolment | typeof CODES_ARE_DUE> {
    const { actor, context } = enrolment;
    return this.unitOfWork.runForAccount(context.subject.id, async (transaction) => {
      const known = await this.freshProof.require(actor, transaction);
      const isDue = this.backupCodes.isDue(known.methods);
      if (isDue && drawn === null) return CODES_ARE_DUE;
      const codes = isDue ? drawn : null;
      const deaths = await this.logDeaths(enrolment, known, transaction);
      const stored = await this.storeUnlessChanged(enrolment, { known, codes }, transaction);
      if (stored === null) throw new MfaError('unavailable');
      if (deaths.length > 0) await this.events.append(deaths, { transaction });
      return { ...stored, events: [...stored.events, ...deaths] };
    });
  }

  /** Null: the known methods have changed, and nothing is stored. */
  private async storeUnlessChanged(
    enrolment: NewEnrolment,
    { known: { methods, version }, codes }: Grounds,
    transaction?: Transaction,
  ): Promise<ToldEnrolment | null> {
    const { context, handler, label } = enrolment;
    const present = methods.find((method) => method.handler === handler.name);
    const place = placeFor(handler, present, label);
    const at = this.clock.now();
    const added = this.newAuthenticator(enrolment, place, at);
    const method = this.enrolledMethod(enrolment, present, { kept: place.kept, added });
    const challenge = this.challengeOf(enrolment, method, added.id);
    const event: MfaEvent = { ...context, type: 'method_set_up', at };
    const backupCodesRemaining = await this.enrolments.store(
      {
        method,
        backupCodes: codes && { ...codes, id: added.id },
        challenge,
        event,
        decidedBy: version,
      },
      transaction,
    );
    if (backupCodesRemaining === null) return null;
    const { authenticators, stateVersion } = replacedBy(present, place);
    // A proven authenticator may be restored, so its state is disposed of later.
    const replaced = { authenticators: authenticators.filter(isPending), stateVersion };
    const backupCodes = codes?.shown ?? [];
    const events = [event];
    return { events, authenticatorId: added.id, replaced, backupCodes, backupCodesRemaining };
  }

  /**
   * Logs the removal of replaced authenticators that were proven. They are switched off, but their owner
   * could have switched them on again.
   *
   * @returns its events
   */
  private async logDeaths(
    { handler, label, actor, context: { subject } }: NewEnrolment,
    { methods }: MethodSnapshot,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const present = methods.find((method) => method.handler === handler.name);
    const place = placeFor(handler, present, label);
    const proven = replacedBy(present, place).authenticators.filter((one) => !isPending(one));
    if (present === undefined || proven.length === 0) return [];
    const occasion = this.log.occasion({ actor, subject, factor: handler.name }, this.clock.now());
    const { changeId, ...told } = occasion;
    const isWhole = place.kept.length === 0;
    const change = isWhole
      ? { type: 'method_deleted' as const, target: present.id }
      : { type: 'authenticator_removed' as const, target: proven[0]?.id };
    const about = { kind: 'method' as const, id: present.id, authenticators: proven };
    const further = await this.log.record(change, { occasion, about }, transaction);
    return [{ ...told, ...change, changeId }, ...further];
  }

  private newAuthenticator(
    { outcome, actor }: NewEnrolment,
    { label }: Place,
    createdAt: Date,
  ): Authenticator {
    return {
      id: this.random.rowId(),
      label,
      createdAt,
      setUpIn: actor.sessionId,
      ...NEVER_PROVEN,
      state: outcome.state,
    };
  }

  /** The present method with one more authenticator; or a new method when no authenticator stays. */
  private enrolledMethod(
    { handler, context: { subject } }: NewEnrolment,
    present: MethodRecord | undefined,
    { kept, added }: { readonly kept: readonly Authenticator[]; readonly added: Authenticator },
  ): EnrolledMethod {
    const stateVersion = handler.stateVersion;
    if (present !== undefined && kept.length > 0) {
      const others = kept.map((authenticator) => inPresentVersion(authenticator, present, handler));
      return { ...present, authenticators: [...others, added], stateVersion };
    }
    return {
      id: this.random.rowId(),
      subjectId: subject.id,
      handler: handler.name,
      createdAt: this.clock.now(),
      confirmedAt: null,
      lastUsedAt: null,
      authenticators: [added],
      stateVersion,
    };
  }

  private challengeOf(
    { outcome, actor, context: { subject } }: NewEnrolment,
    method: EnrolledMethod,
    authenticatorId: string,
  ): NewChallenge {
    const { ephemeralTokenExpirySeconds: lifetimeSeconds } = this.options;
    return ownChallenge(
      subject,
      { purpose: 'enrol', method, authenticatorId, sessionId: actor.sessionId },
      { data: outcome.data ?? null, at: this.clock.now(), lifetimeSeconds },
    );
  }
}
