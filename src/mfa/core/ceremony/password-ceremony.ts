import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { readFields } from '../../contract/read-fields.js';
import { MfaOptions } from '../options/mfa.options.js';
import { proofOfFirstFactor, type SessionProof } from '../ports/assurance.js';
import { type Conclusion, type ProofRequest } from './ceremony.js';
import { type CeremonyStart } from './challenge.service.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEventType } from '../ports/events.js';
import { endsSession } from '../ports/attempts.js';
import { type PasswordAttempt, PasswordAttemptStore } from '../ports/password-attempts.js';
import { PASSWORD, PasswordFields } from '../ports/password-fields.js';
import { attemptBudgetsOf } from './policy.js';
import { HostPorts } from '../ports/host-ports.js';
import { type IssuedTokens } from '../ports/issued-tokens.js';
import { type PasswordProof } from '../ports/ports.js';
import { problemOfRefusal } from './refusals.js';
import {
  type ChallengeRecord,
  ChallengeStore,
  type NewChallenge,
  UnitOfWork,
} from '../ports/stores.js';
import { UnjudgedAttempts } from './unjudged-attempts.js';
import { WrongProofs } from './wrong-proofs.js';

/** So often a right password is concluded, before a race that it lost each time is given up. */
const MAX_TRIES = 3;

/** Whose password is judged, for which challenge. */
type PasswordRequest = Pick<ProofRequest, 'subject' | 'key' | 'proof' | 'client'>;

/** A password that was right. */
interface ProvenPassword {
  readonly challenge: ChallengeRecord;
  /** What a session keeps of it. */
  readonly proof: SessionProof;
}

/** What a right password leads to. */
interface TokenConclusion<T> extends Omit<IssuedTokens, 'body'> {
  /** What {@link PasswordCeremony.prove} returns once this is committed. */
  readonly result: T;
  readonly events: readonly MfaEventType[];
  readonly stillHolds?: NonNullable<Conclusion<T>['stillHolds']>;
}

/** Makes of a right password what follows from it. */
type Conclude<T> = (proven: ProvenPassword) => Promise<TokenConclusion<T>>;

/** One password, from its counting to its commit. */
interface Trial {
  readonly request: PasswordRequest;
  readonly attempt: PasswordAttempt;
  /** To be called once its attempt is not to be given back. */
  readonly settle: () => void;
  readonly now: Date;
}

const WRONG_PASSWORD = 'Invalid password';

/**
 * The ceremony of a subject without a second factor: read → spend → verify → commit → tell, as for
 * every other proof. A method that becomes active meanwhile ends it.
 */
@Injectable()
export class PasswordCeremony {
  constructor(
    private readonly host: HostPorts,
    private readonly challenges: ChallengeStore,
    private readonly attempts: PasswordAttemptStore,
    private readonly unjudged: UnjudgedAttempts,
    private readonly wrongProofs: WrongProofs,
    private readonly unitOfWork: UnitOfWork,
    private readonly events: EventRecorder,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** @throws {MfaError} `forbidden` where the host knows no passwords */
  async open({ subject, ...start }: CeremonyStart): Promise<NewChallenge> {
    this.passwords();
    const createdAt = this.clock.now();
    const challenge: NewChallenge = {
      ...start,
      subjectId: subject.id,
      id: this.random.rowId(),
      methodId: null,
      handler: PASSWORD,
      authenticatorId: null,
      credentialsVersion: subject.credentialsVersion,
      data: null,
      createdAt,
      expiresAt: addSeconds(createdAt, this.options.ephemeralTokenExpirySeconds),
    };
    await this.challenges.open(challenge, 'replace', null);
    return challenge;
  }

  /**
   * Judges a password and, when it is right, commits what `conclude` makes of it.
   *
   * @returns the result of the conclusion that was committed
   * @throws {MfaError} `validation_failed`, `invalid_token`, `invalid_code`, `attempts_exhausted`,
   * `session_locked` or, for a lost race, `unavailable`
   */
  async prove<T>(request: PasswordRequest, conclude: Conclude<T>): Promise<T> {
    const passwords = this.passwords();
    const { password } = readFields(PasswordFields, request.proof);
    const now = this.clock.now();
    const attempt = await this.spend(request, now);
    return this.unjudged.giveBackAfter(
      () => this.attempts.giveBack(attempt),
      async (settle) => {
        const trial = { request, attempt, settle, now };
        const isRight = await passwords.verify(request.subject, password, request.client);
        if (!isRight) throw await this.fail(trial);
        return this.commit(trial, conclude);
      },
    );
  }

  /** What was concluded from a session that has changed meanwhile is concluded anew. */
  private async commit<T>(trial: Trial, conclude: Conclude<T>): Promise<T> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const concluded = await this.tryOnce(trial, conclude);
      if (concluded !== null) return concluded.result;
    }
    throw new MfaError('unavailable');
  }

  /** Null: it lost a race. */
  private async tryOnce<T>(
    trial: Trial,
    conclude: Conclude<T>,
  ): Promise<{ readonly result: T } | null> {
    const { request, attempt, settle, now } = trial;
    const { challenge } = attempt;
    const proof = proofOfFirstFactor(['pwd'], now);
    const {
      rows,
      rowUpdates = [],
      stillHolds,
      ...conclusion
    } = await conclude({ challenge, proof });
    const events = conclusion.events.map((type) => ({ ...occasionOf(trial), type }));
    // The account is locked first, so that a method which became active meanwhile is seen.
    const isSettled = await this.unitOfWork.runForAccount(request.subject.id, async (own) => {
      if ((await stillHolds?.(own)) === false) return null;
      return this.attempts.settle({ attempt, rows, rowUpdates, events, now }, own);
    });
    if (isSettled === null) return null;
    if (!isSettled) throw new MfaError('invalid_token');
    settle();
    this.events.publish(events);
    return conclusion;
  }

  private passwords(): PasswordProof {
    const { passwords } = this.host;
    if (passwords === null) throw new MfaError('forbidden');
    return passwords;
  }

  private async spend({ subject, key }: PasswordRequest, now: Date): Promise<PasswordAttempt> {
    const budgets = attemptBudgetsOf(this.options);
    const request = { key, credentialsVersion: subject.credentialsVersion, budgets, now };
    const worded = { purpose: 'step_up' as const, wrongProofDetail: WRONG_PASSWORD };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const spent = await this.attempts.spend(request);
      if (spent !== null) return spent;
      const refusal = await this.attempts.explain(request);
      // None: what stood in the way was given back meanwhile.
      if (refusal !== null) throw problemOfRefusal(refusal, worded, new Map(), now);
    }
    throw new MfaError('unavailable');
  }

  private async fail(trial: Trial): Promise<MfaError> {
    const { attempt } = trial;
    trial.settle();
    const wrong = { ...occasionOf(trial), detail: { purpose: 'step_up' as const } };
    await this.wrongProofs.record(wrong, { session: endsSession(attempt) });
    const attemptsLeft = this.options.maxAttemptsPerChallenge - attempt.challenge.attempts;
    return new MfaError('invalid_code', { detail: WRONG_PASSWORD, attemptsLeft });
  }
}

function occasionOf({ request, attempt, now }: Trial) {
  const { subject, client } = request;
  const { sessionId } = attempt.challenge;
  return { subject, client, sessionId, at: now, factor: PASSWORD };
}
