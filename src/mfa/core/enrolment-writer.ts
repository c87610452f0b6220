import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { RandomSource } from '../kit/random.js';
import { MfaOptions } from '../mfa.options.js';
import { type Authenticator, inPresentVersion, type Place, placeFor } from './authenticators.js';
import { BackupCodeIssuer, type IssuedBackupCodes } from './backup-code-issuer.js';
import { type StoredStates } from './disposal.js';
import { type DispatchContext } from './dispatcher.js';
import { EventTeller } from './event-teller.js';
import { type MfaHandler, type SetupOutcome } from './handler.js';
import { ownChallenge } from './method-ceremony.js';
import {
  ChallengeStore,
  type EnrolledMethod,
  type MethodRecord,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from './stores.js';

/** What a handler made of a set-up, before it is stored. */
export interface NewEnrolment {
  readonly handler: MfaHandler;
  readonly outcome: SetupOutcome<unknown, unknown>;
  readonly context: DispatchContext;
  /** As the request has it; absent where the handler holds one authenticator only. */
  readonly label: string | undefined;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /** Prepared before the account is locked: making them takes a while. */
  readonly codes: IssuedBackupCodes;
}

/** What was stored. */
export interface StoredEnrolment {
  readonly authenticatorId: string;
  /** What it took the place of. */
  readonly replaced: StoredStates;
  readonly codes: IssuedBackupCodes;
}

/** Stores a new authenticator with the challenge that its proof will answer. */
@Injectable()
export class EnrolmentWriter {
  constructor(
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly backupCodes: BackupCodeIssuer,
    private readonly unitOfWork: UnitOfWork,
    private readonly teller: EventTeller,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * The account is locked here, so where the authenticator goes is decided by what stays.
   *
   * @throws {MfaError} `method_exists` or `too_many_authenticators`
   */
  async store(enrolment: NewEnrolment): Promise<StoredEnrolment> {
    const { context, handler, label } = enrolment;
    const { subject } = context;
    const event = { ...context, type: 'method_set_up' as const, at: this.clock.now() };
    const stored = await this.unitOfWork.runForAccount(subject.id, async (transaction) => {
      const methods = await this.methods.list(subject.id, transaction);
      const present = methods.find((method) => method.handler === handler.name);
      const place = placeFor(handler, present, label);
      const codes = await this.storeCodes(enrolment, methods, transaction);
      const authenticator = this.newAuthenticator({ ...enrolment, codes }, place);
      const method = this.enrolledMethod(enrolment, present, {
        kept: place.kept,
        added: authenticator,
      });
      await this.methods.save(method, transaction);
      const authenticatorId = authenticator.id;
      const challenge = ownChallenge(
        subject,
        { purpose: 'enrol', method, authenticatorId },
        {
          data: enrolment.outcome.data ?? null,
          at: this.clock.now(),
          lifetimeSeconds: this.options.ephemeralTokenExpirySeconds,
        },
      );
      await this.challenges.open(challenge, 'replace', event, transaction);
      return { authenticatorId, replaced: replacedBy(present, place), codes };
    });
    this.teller.tell([event]);
    return stored;
  }

  /** A method that was confirmed or deleted meanwhile decides anew whether a new set is due. */
  private async storeCodes(
    { context: { subject }, codes: prepared }: NewEnrolment,
    methods: readonly MethodRecord[],
    transaction: Transaction,
  ): Promise<IssuedBackupCodes> {
    const isDue = !methods.some(({ isActive }) => isActive);
    const isPrepared = prepared.sealed.length > 0;
    const codes =
      isDue === isPrepared
        ? prepared
        : await this.backupCodes.prepare(subject, methods, transaction);
    if (isDue) await this.backupCodes.store(subject, codes, transaction);
    return codes;
  }

  /** With the time of its codes: by it the set is known to be of this set-up. */
  private newAuthenticator(enrolment: NewEnrolment, { label }: Place): Authenticator {
    const { outcome, sessionId, codes } = enrolment;
    return {
      id: this.random.rowId(),
      label,
      createdAt: codes.at,
      setUpIn: sessionId,
      boundAt: null,
      confirmedAt: null,
      lastUsedAt: null,
      payload: outcome.state,
    };
  }

  /** The method as it goes on; or one that begins anew, where nothing of an older one stays. */
  private enrolledMethod(
    { handler, context: { subject } }: NewEnrolment,
    present: MethodRecord | undefined,
    { kept, added }: { readonly kept: readonly Authenticator[]; readonly added: Authenticator },
  ): EnrolledMethod {
    const payloadVersion = handler.stateVersion;
    if (present !== undefined && kept.length > 0) {
      const others = kept.map((authenticator) => inPresentVersion(authenticator, present, handler));
      return { ...present, authenticators: [...others, added], payloadVersion };
    }
    return {
      id: this.random.rowId(),
      subjectId: subject.id,
      handler: handler.name,
      createdAt: this.clock.now(),
      confirmedAt: null,
      lastUsedAt: null,
      authenticators: [added],
      payloadVersion,
    };
  }
}

function replacedBy(present: MethodRecord | undefined, { kept }: Place): StoredStates {
  const { authenticators = [], payloadVersion = 0 } = present ?? {};
  return {
    authenticators: authenticators.filter((authenticator) => !kept.includes(authenticator)),
    payloadVersion,
  };
}
