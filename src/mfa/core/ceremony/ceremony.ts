import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type SessionProof } from '../ports/assurance.js';
import { AttemptSpending, type SpendingRequest } from './attempt-spending.js';
import { AttemptStore, type Settlement, type SpentAttempt } from '../ports/attempts.js';
import { BackupCodes } from './backup-codes.js';
import { successEvents, type ToldConclusion } from './ceremony-events.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEvent } from '../ports/events.js';
import { type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { type WrittenWithProof } from '../ports/issued-tokens.js';
import { concludesAlike, keptOf, ProofJudge, type RightProof } from './proof-judge.js';
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

/** A right proof. */
export interface Proven {
  readonly subject: Subject;
  readonly attempt: SpentAttempt;
  readonly by: Settlement['proven']['by'];
  /** What a session keeps of it. */
  readonly proof: SessionProof;
}

/** What a right proof leads to. It is committed together with the proof, or not at all. */
export interface Conclusion<T> extends ToldConclusion, WrittenWithProof {
  readonly result: T;
  /** Asked behind the account's lock: whether the facts that it was concluded from still hold. */
  readonly stillHolds?: (transaction: Transaction) => Promise<boolean>;
  /**
   * Further changes. A rejection undoes everything but the spent attempt.
   *
   * @returns further events, published after the others
   */
  readonly change?: (transaction: Transaction) => Promise<readonly MfaEvent[]>;
}

/** Concludes what follows from a right proof. */
type Conclude<T> = (proven: Proven) => Promise<Conclusion<T>>;

/** One request, through all of its tries. */
interface Trial<T> {
  readonly request: ProofRequest & { readonly subject: Subject };
  readonly judge: ProofJudge;
  readonly conclude: Conclude<T>;
  /** Called once the attempt is no longer to be given back. */
  readonly settle: () => void;
  readonly now: Date;
}

/** A try that is to be committed. */
interface RightTry<T> {
  readonly attempt: SpentAttempt;
  readonly proof: RightProof;
  readonly conclusion: Conclusion<T>;
}

/**
 * Why a right proof was not committed: what it was judged by has changed meanwhile, or what was concluded
 * from it no longer holds.
 */
type Loss = 'race_lost' | 'outdated';

/** A client may repeat a request whose response was lost. */
const USED_PROOF = 'This code was used already. Please wait for the next one.';

/** A proof that lost a race is judged again: another request may have changed what it is judged by. */
const MAX_TRIES = 3;

/**
 * The one place where a proof is judged: read → spend → load → verify → commit → tell.
 *
 * The proof is one of a method, or the password of a subject without an active method. An attempt is spent
 * and committed before anything is judged, so it stays counted when the process dies. An attempt that ends
 * in any other way is given back, unless its proof was judged wrong.
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
   * Judges a proof, and commits a right one together with what `conclude` makes of it.
   *
   * @returns the result of the conclusion that was committed
   * @throws {MfaError} `validation_failed`, `invalid_token`, `invalid_code`, `method_not_found`,
   * `attempts_exhausted`, `method_locked`, `account_locked` or `session_locked`; `unavailable` where the last
   * try is lost too
   */
  async prove<T>(request: ProofRequest, conclude: Conclude<T>): Promise<T> {
    const now = this.clock.now();
    const codes = request.acceptsBackupCode ? this.backupCodes : null;
    const reading = readProof(request.judgedBy, request.proof, codes);
    const judges = { registry: this.registry, backupCodes: this.backupCodes };
    const { spent, subjectOf } = await this.spending.spend(request, reading, now);
    return this.unjudged.giveBackAfter(
      () => this.attempts.giveBack(spent),
      async (settle) => {
        const known = { ...request, subject: subjectOf() };
        const judge = new ProofJudge(judges, { ...known, reading });
        return this.tryAll({ request: known, judge, conclude, settle, now }, spent);
      },
    );
  }

  private async tryAll<T>(trial: Trial<T>, spent: SpentAttempt): Promise<T> {
    let attempt: SpentAttempt | null = spent;
    for (let tries = 1; attempt !== null; tries++) {
      const right = await this.judge(trial, attempt);
      const loss = await this.commit(trial, right);
      if (loss === null) return right.conclusion.result;
      if (tries === MAX_TRIES) throw new MfaError('unavailable');
      // An outdated conclusion does not hold behind the lock either: the last try concludes anew.
      if (tries === MAX_TRIES - 1 && loss === 'race_lost') return this.tryLocked(trial, right);
      attempt = await this.attempts.reload(attempt, trial.now);
    }
    throw noChallenge(trial.request);
  }

  private async judge<T>(trial: Trial<T>, attempt: SpentAttempt): Promise<RightTry<T>> {
    const [{ subject }, at] = [trial.request, trial.now];
    const proof = await trial.judge.judge(attempt, { at, isLocked: false });
    if (proof === null) throw await this.fail(trial, attempt);
    const proven = { subject, attempt, by: proof.proven.by, proof: keptOf(proof, attempt, at) };
    return { attempt, proof, conclusion: await trial.conclude(proven) };
  }

  /** Null: it is committed. */
  private async commit<T>(trial: Trial<T>, right: RightTry<T>): Promise<Loss | null> {
    const { subject } = trial.request;
    const { change, stillHolds } = right.conclusion;
    // Only behind the account's lock is a method seen that became active beside the password.
    const isLocked = (change ?? stillHolds) !== undefined || right.attempt.method === null;
    const events = isLocked
      ? await this.unitOfWork.runForAccount(subject.id, (own) => this.settle(trial, right, own))
      : await this.settle(trial, right);
    if (typeof events === 'string') return events;
    await this.finish(trial, right, events);
    return null;
  }

  /**
   * Makes the last try behind the account's lock, so that no stream of other writers starves a right
   * proof. The conclusion of the try before stands: making tokens and codes would hold the lock for too long.
   */
  private async tryLocked<T>(trial: Trial<T>, before: RightTry<T>): Promise<T> {
    const { request, now } = trial;
    const last = await this.unitOfWork.runForAccount(request.subject.id, async (transaction) => {
      const attempt = await this.attempts.reload(before.attempt, now, transaction);
      if (attempt === null) throw noChallenge(request);
      const proof = await trial.judge.judge(attempt, { at: now, isLocked: true });
      if (proof === null) return { attempt };
      const right = { attempt, proof, conclusion: before.conclusion };
      const events = concludesAlike(before, right)
        ? await this.settle(trial, right, transaction)
        : 'outdated';
      if (typeof events === 'string') throw new MfaError('unavailable');
      return { ...right, events };
    });
    if (!('proof' in last)) throw await this.fail(trial, last.attempt);
    await this.finish(trial, last, last.events);
    return before.conclusion.result;
  }

  /** @returns the recorded events; or why nothing is committed */
  private async settle<T>(
    trial: Trial<T>,
    right: RightTry<T>,
    transaction?: Transaction,
  ): Promise<readonly MfaEvent[] | Loss> {
    const { attempt, conclusion } = right;
    const { proven } = right.proof;
    const { rows = [], rowUpdates = [], displacement, stillHolds, change } = conclusion;
    if (transaction !== undefined && (await stillHolds?.(transaction)) === false) return 'outdated';
    const settlement = { spent: attempt, proven, rows, rowUpdates, displacement, now: trial.now };
    const events = eventsOf(trial, right);
    const recorded = await this.attempts.settle({ ...settlement, events }, transaction);
    if (recorded === null) return 'race_lost';
    if (transaction === undefined || change === undefined) return recorded;
    const further = await change(transaction);
    if (further.length > 0) await this.events.append(further, { transaction });
    return [...recorded, ...further];
  }

  private async finish<T>(
    trial: Trial<T>,
    { attempt }: Pick<RightTry<T>, 'attempt'>,
    events: readonly MfaEvent[],
  ): Promise<void> {
    trial.settle();
    this.events.publish(events);
    await this.cooldowns.endAfter(attempt.challenge, trial.now);
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

function eventsOf<T>(trial: Trial<T>, { attempt, proof, conclusion }: RightTry<T>): MfaEvent[] {
  const { furtherEvents = [] } = conclusion;
  const own = successEvents(occasionOf(trial, attempt), proof.proven.by, conclusion);
  return [...own, ...furtherEvents];
}

function occasionOf<T>({ request, now: at }: Trial<T>, { sessionId, challenge }: SpentAttempt) {
  const { subject, client } = request;
  return { subject, client, sessionId, at, factor: challenge.handler };
}
