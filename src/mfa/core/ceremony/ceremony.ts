import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type SessionProof } from '../ports/assurance.js';
import { activationOfProof } from '../ports/authenticators.js';
import { AttemptSpending, type SpendingRequest } from './attempt-spending.js';
import { AttemptStore, type SpentAttempt } from '../ports/attempts.js';
import { BackupCodes } from './backup-codes.js';
import { successEvents, type ToldConclusion } from './ceremony-events.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEvent } from '../ports/events.js';
import { HandlerRegistry } from './handler-registry.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { type IssuedTokens } from '../ports/issued-tokens.js';
import { ProofJudge, type RightProof } from './proof-judge.js';
import { readProof } from './proof-reading.js';
import { noChallenge } from './refusals.js';
import { SendCooldowns } from './send-cooldowns.js';
import { type Transaction, UnitOfWork } from '../ports/stores.js';
import { UnjudgedAttempts } from './unjudged-attempts.js';
import { locksOf, WrongProofs } from './wrong-proofs.js';

/** What is to be proven, by whom, with what. */
export interface ProofRequest extends SpendingRequest {
  readonly proof: Record<string, unknown>;
  readonly acceptsBackupCode: boolean;
  readonly client: ClientInfo;
}

/** A proof that was right. */
export interface Proven {
  readonly attempt: SpentAttempt;
  readonly by: 'method' | 'backup_code';
  /** What a session keeps of it. */
  readonly proof: SessionProof;
}

/** What a right proof leads to; committed together with it, or not at all. */
export interface Conclusion<T>
  extends ToldConclusion, Partial<Pick<IssuedTokens, 'rows' | 'rowUpdates' | 'furtherEvents'>> {
  readonly result: T;
  /** Whether what it was made from is still so, asked behind the account's lock. False: a race is lost. */
  readonly stillHolds?: (transaction: Transaction) => Promise<boolean>;
  /**
   * Further changes. A rejection undoes everything but the spent attempt.
   *
   * @returns what they led to, told after the other events
   */
  readonly change?: (transaction: Transaction) => Promise<readonly MfaEvent[]>;
}

/** Makes of a right proof what follows from it. */
type Conclude<T> = (proven: Proven) => Promise<Conclusion<T>>;

/** One request, through all of its tries. */
interface Trial<T> {
  readonly request: ProofRequest;
  readonly judge: ProofJudge;
  readonly conclude: Conclude<T>;
  /** To be called once its attempt is not to be given back. */
  readonly settle: () => void;
  readonly now: Date;
}

/** A try that is to be committed. */
interface RightTry<T> {
  readonly attempt: SpentAttempt;
  readonly proof: RightProof;
  readonly conclusion: Conclusion<T>;
}

/** As when a request is repeated whose answer was lost. */
const USED_PROOF = 'This code was used already. Please wait for the next one.';

/** A lost race is run again: the other one may have changed what this one is decided by. */
const MAX_TRIES = 3;

/**
 * The one place where a proof is judged: read → spend → load → verify → commit → tell.
 *
 * An attempt is spent and committed before anything is judged, so a process that dies counts. What
 * ends in any other way without being judged wrong is given back.
 */
@Injectable()
export class Ceremony {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly attempts: AttemptStore,
    private readonly events: EventRecorder,
    private readonly spending: AttemptSpending,
    private readonly unitOfWork: UnitOfWork,
    private readonly backupCodes: BackupCodes,
    private readonly unjudged: UnjudgedAttempts,
    private readonly wrongProofs: WrongProofs,
    private readonly cooldowns: SendCooldowns,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Judges a proof and, when it is right, commits it with what `conclude` makes of it.
   *
   * @returns the result of the conclusion that was committed
   * @throws {MfaError} `validation_failed`, `invalid_token`, `invalid_code`, `method_not_found`,
   * `attempts_exhausted`, `method_locked`, `account_locked` or `session_locked`
   */
  async prove<T>(request: ProofRequest, conclude: Conclude<T>): Promise<T> {
    const now = this.clock.now();
    const codes = request.acceptsBackupCode ? this.backupCodes : null;
    const reading = readProof(request.handlers, request.proof, codes);
    const judges = { registry: this.registry, backupCodes: this.backupCodes };
    const judge = new ProofJudge(judges, { ...request, reading });
    const spent = await this.spending.spend(request, reading, now);
    return this.unjudged.giveBackAfter(
      () => this.attempts.giveBack(spent),
      (settle) => this.tryAll({ request, judge, conclude, settle, now }, spent),
    );
  }

  private async tryAll<T>(trial: Trial<T>, spent: SpentAttempt): Promise<T> {
    let attempt: SpentAttempt | null = spent;
    for (let tries = 1; attempt !== null; tries++) {
      const right = await this.judge(trial, attempt);
      if (await this.commit(trial, right)) return right.conclusion.result;
      if (tries === MAX_TRIES - 1) return this.tryLocked(trial, right);
      attempt = await this.attempts.reload(attempt, trial.now);
    }
    throw noChallenge(trial.request);
  }

  private async judge<T>(trial: Trial<T>, attempt: SpentAttempt): Promise<RightTry<T>> {
    const at = trial.now;
    const proof = await trial.judge.judge(attempt, { at, isLocked: false });
    if (proof === null) throw await this.fail(trial, attempt);
    const { proven, ...shown } = proof;
    const activation = activationOfProof(attempt.method);
    const kept = { ...shown, methodId: attempt.method.id, activation, at };
    const conclusion = await trial.conclude({ attempt, by: proven.by, proof: kept });
    return { attempt, proof, conclusion };
  }

  /** False: it lost a race. */
  private async commit<T>(trial: Trial<T>, right: RightTry<T>): Promise<boolean> {
    const { subject } = trial.request;
    const { change, stillHolds } = right.conclusion;
    const further =
      (change ?? stillHolds) === undefined
        ? await this.settle(trial, right)
        : await this.unitOfWork.runForAccount(subject.id, (own) => this.settle(trial, right, own));
    if (further === null) return false;
    await this.finish(trial, right, further);
    return true;
  }

  /**
   * The last try is made behind the account's lock, so that no stream of other writers starves a
   * right proof. What was concluded before stands, since making tokens and codes takes a while.
   */
  private async tryLocked<T>(trial: Trial<T>, before: RightTry<T>): Promise<T> {
    const { request, now } = trial;
    const last = await this.unitOfWork.runForAccount(request.subject.id, async (transaction) => {
      const attempt = await this.attempts.reload(before.attempt, now, transaction);
      if (attempt === null) throw noChallenge(request);
      const proof = await trial.judge.judge(attempt, { at: now, isLocked: true });
      if (proof === null) return { attempt };
      const right = { attempt, proof, conclusion: before.conclusion };
      const further = concludesAlike(before, right)
        ? await this.settle(trial, right, transaction)
        : null;
      if (further === null) throw new MfaError('unavailable');
      return { ...right, further };
    });
    if (!('proof' in last)) throw await this.fail(trial, last.attempt);
    await this.finish(trial, last, last.further);
    return before.conclusion.result;
  }

  /** What else has happened; null: it lost a race, and nothing did. */
  private async settle<T>(
    trial: Trial<T>,
    right: RightTry<T>,
    transaction?: Transaction,
  ): Promise<readonly MfaEvent[] | null> {
    const { attempt, conclusion } = right;
    const { proven } = right.proof;
    const { rows = [], rowUpdates = [], stillHolds } = conclusion;
    if (transaction !== undefined && (await stillHolds?.(transaction)) === false) return null;
    const events = eventsOf(trial, right);
    const settlement = { spent: attempt, proven, rows, rowUpdates, events, now: trial.now };
    if (!(await this.attempts.settle(settlement, transaction))) return null;
    if (transaction === undefined || conclusion.change === undefined) return [];
    const further = await conclusion.change(transaction);
    if (further.length > 0) await this.events.append(further, { transaction });
    return further;
  }

  private async finish<T>(
    trial: Trial<T>,
    right: RightTry<T>,
    further: readonly MfaEvent[],
  ): Promise<void> {
    trial.settle();
    this.events.publish([...eventsOf(trial, right), ...further]);
    await this.cooldowns.endAfter(right.attempt.challenge, trial.now);
  }

  private async fail<T>(trial: Trial<T>, attempt: SpentAttempt): Promise<MfaError> {
    const { request, settle, judge } = trial;
    const isGuess = judge.refusal === null;
    if (isGuess) settle();
    const about = {
      purpose: request.purpose,
      ...(judge.refusal !== null && { reason: judge.refusal }),
    };
    await this.wrongProofs.record(
      { ...occasionOf(trial, attempt), detail: about },
      isGuess ? locksOf(attempt) : {},
    );
    const spent = isGuess ? attempt.challenge.attempts : attempt.challenge.attempts - 1;
    return new MfaError('invalid_code', {
      detail: judge.hasSeenUsed ? USED_PROOF : request.wrongProofDetail,
      attemptsLeft: this.options.maxAttemptsPerChallenge - spent,
    });
  }
}

/** Whether what was concluded from one try may be concluded from another. */
function concludesAlike<T>(one: RightTry<T>, other: RightTry<T>): boolean {
  const groundsOf = ({ attempt, proof }: RightTry<T>) => {
    const { id, isActive } = attempt.method;
    const { proven, ...shown } = proof;
    return [id, isActive, proven.by, shown];
  };
  return isDeepStrictEqual(groundsOf(one), groundsOf(other));
}

function eventsOf<T>(trial: Trial<T>, { attempt, proof, conclusion }: RightTry<T>): MfaEvent[] {
  const { furtherEvents = [] } = conclusion;
  const own = successEvents(occasionOf(trial, attempt), proof.proven.by, conclusion);
  return [...own, ...furtherEvents];
}

function occasionOf<T>({ request, now: at }: Trial<T>, { sessionId, method }: SpentAttempt) {
  const { subject, client } = request;
  return { subject, client, sessionId, at, factor: method.handler };
}
