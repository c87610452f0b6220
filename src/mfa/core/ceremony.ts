import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { MfaOptions } from '../mfa.options.js';
import { type SessionProof } from './assurance.js';
import {
  type AttemptRequest,
  AttemptStore,
  type Settlement,
  type SpentAttempt,
} from './attempts.js';
import { authenticatorsAfter, mayAnswer } from './authenticators.js';
import { BackupCodes } from './backup-codes.js';
import { failureEvents, successEvents, type ToldConclusion } from './ceremony-events.js';
import { MfaError } from './errors.js';
import { EventTeller } from './event-teller.js';
import { type MfaEvent } from './events.js';
import { type MfaHandler, type Subject } from './handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { type ClientInfo } from './mfa-passed.js';
import { attemptBudgetsOf } from './policy.js';
import { type IssuedTokens } from './ports.js';
import { type ProofReading, readProof } from './proof-reading.js';
import { noChallenge, problemOfRefusal } from './refusals.js';
import {
  type ChallengeKey,
  type ChallengePurpose,
  EventStore,
  type Transaction,
  UnitOfWork,
} from './stores.js';

/** What is to be proven, by whom, with what. */
export interface ProofRequest {
  readonly subject: Subject;
  readonly key: ChallengeKey;
  readonly purpose: ChallengePurpose;
  /** The handlers that may have to judge: the challenge decides which of them does. */
  readonly handlers: readonly MfaHandler[];
  readonly proof: Record<string, unknown>;
  readonly acceptsBackupCode: boolean;
  readonly client: ClientInfo;
  /** {@link MfaEvent.sessionId} */
  readonly sessionId?: string | null;
  /** `detail` of `invalid_code`. */
  readonly wrongProofDetail: string;
}

/** A proof that was right. */
export interface Proven {
  readonly attempt: SpentAttempt;
  readonly by: 'method' | 'backup_code';
  /** What a session keeps of it. */
  readonly proof: SessionProof;
}

/** What a right proof leads to; committed together with it, or not at all. */
export interface Conclusion
  extends ToldConclusion, Partial<Pick<IssuedTokens, 'rows' | 'rowUpdates'>> {
  /**
   * Further changes. A rejection undoes everything but the spent attempt.
   *
   * @returns what they led to, told after the other events
   */
  readonly change?: (transaction: Transaction) => Promise<readonly MfaEvent[]>;
}

interface Judgement {
  readonly request: ProofRequest;
  readonly reading: ProofReading;
  readonly attempt: SpentAttempt;
  readonly now: Date;
}

/** A right proof, and what a session keeps of it. */
type Proof = Settlement['proven'] & Pick<SessionProof, 'amr' | 'authenticatorId'>;

/** A lost race is run again: the other one may have changed what this one is decided by. */
const MAX_TRIES = 3;

/**
 * The one place where a proof is judged: read → spend → load → verify → commit → tell.
 *
 * An attempt is spent and committed before anything is judged, so a request that dies counts.
 */
@Injectable()
export class Ceremony {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly attempts: AttemptStore,
    private readonly events: EventStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly backupCodes: BackupCodes,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly teller: EventTeller,
  ) {}

  /**
   * Judges a proof and, when it is right, commits it with what `conclude` makes of it.
   *
   * @throws {MfaError} `validation_failed`, `invalid_token`, `invalid_code`, `method_not_found`,
   * `attempts_exhausted`, `method_locked` or `account_locked`
   */
  async prove(
    request: ProofRequest,
    conclude: (proven: Proven) => Promise<Conclusion>,
  ): Promise<void> {
    const now = this.clock.now();
    const codes = request.acceptsBackupCode ? this.backupCodes : null;
    const reading = readProof(request.handlers, request.proof, codes);
    let attempt: SpentAttempt | null = await this.spend(request, reading, now);
    for (let tries = 1; attempt !== null && tries <= MAX_TRIES; tries++) {
      const judgement = { request, reading, attempt, now: timeOf(attempt, now) };
      const done = await this.judge(judgement, conclude);
      if (done) return;
      attempt = await this.attempts.reload(attempt, now);
    }
    if (attempt === null) throw noChallenge(request);
    // It was right each time: it must not count as a guess.
    await this.attempts.giveBack(attempt);
    throw new MfaError('unavailable');
  }

  /** Tries again where what stood in the way is gone by the time it is looked for. */
  private async spend(
    request: ProofRequest,
    reading: ProofReading,
    now: Date,
  ): Promise<SpentAttempt> {
    const attempt = this.attemptRequest(request, reading, now);
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const spent = attempt.handlers.length > 0 ? await this.attempts.spend(attempt) : null;
      if (spent !== null) return spent;
      const refusal = await this.attempts.explain(attempt);
      if (refusal !== null) throw problemOfRefusal(refusal, request, reading.faults, now);
    }
    throw new MfaError('unavailable');
  }

  private attemptRequest(
    request: ProofRequest,
    { proofs, backupCode }: ProofReading,
    now: Date,
  ): AttemptRequest {
    const { key, purpose, subject } = request;
    return {
      key,
      purpose,
      credentialsVersion: subject.credentialsVersion,
      handlers: backupCode === null ? [...proofs.keys()] : request.handlers.map(({ name }) => name),
      backupLookups: backupCode === null ? [] : this.backupCodes.tags(subject.id, backupCode),
      budgets: attemptBudgetsOf(this.options),
      now,
    };
  }

  /** True when the proof was right and is committed; false when it was right but lost a race. */
  private async judge(
    judgement: Judgement,
    conclude: (proven: Proven) => Promise<Conclusion>,
  ): Promise<boolean> {
    const { request, attempt, now } = judgement;
    const proof = (await this.byMethod(judgement)) ?? (await this.byBackupCode(judgement));
    if (proof === null) throw await this.fail(judgement);
    const { amr, authenticatorId, ...proven } = proof;
    const kept = { amr, authenticatorId, methodId: attempt.method.id, at: now };
    const conclusion = await conclude({ attempt, by: proven.by, proof: kept });
    const events = successEvents(judgement, proof.by, conclusion);
    const { rows = [], rowUpdates = [] } = conclusion;
    const settlement = { spent: attempt, proven, rows, rowUpdates, events, now };
    const further = await this.commit(settlement, request.subject, conclusion.change);
    if (further === null) return false;
    this.teller.tell([...events, ...further]);
    return true;
  }

  private async byMethod({ request, reading, attempt, now }: Judgement): Promise<Proof | null> {
    const handler = this.registry.forMethod(attempt.method);
    const proof = reading.proofs.get(handler.name);
    if (proof === undefined) return null;
    const { subject } = request;
    const { method, challenge } = attempt;
    for (const { id, payload } of mayAnswer(challenge, method)) {
      const state = handler.parseState(payload, method.payloadVersion);
      const outcome = await handler.verify({ subject, state, data: challenge.data, proof, now });
      if (!outcome.ok) continue;
      const use = { id, state: outcome.state, now };
      const authenticators = authenticatorsAfter(use, method, handler);
      const amr = outcome.amr ?? handler.amr;
      const kept = { authenticators, payloadVersion: handler.stateVersion };
      return { by: 'method', ...kept, amr, authenticatorId: id };
    }
    return null;
  }

  private async byBackupCode({ reading, attempt }: Judgement): Promise<Proof | null> {
    const stored = attempt.backupCode;
    if (stored === null || reading.backupCode === null) return null;
    const isRight = await this.backupCodes.matches(reading.backupCode, stored.hash);
    if (!isRight) return null;
    return { by: 'backup_code', lookup: stored.lookup, amr: ['otp'], authenticatorId: null };
  }

  /** What else has happened; null: it lost a race, and nothing did. */
  private async commit(
    settlement: Settlement,
    subject: Subject,
    change: Conclusion['change'],
  ): Promise<readonly MfaEvent[] | null> {
    if (change === undefined) return (await this.attempts.settle(settlement)) ? [] : null;
    return this.unitOfWork.runForAccount(subject.id, async (transaction) => {
      const isSettled = await this.attempts.settle(settlement, transaction);
      if (!isSettled) return null;
      const further = await change(transaction);
      if (further.length > 0) await this.events.append(further, { transaction });
      return further;
    });
  }

  private async fail(judgement: Judgement): Promise<MfaError> {
    const { request, attempt } = judgement;
    const events = failureEvents(judgement);
    await this.events.append(events);
    this.teller.tell(events);
    return new MfaError('invalid_code', {
      detail: request.wrongProofDetail,
      attemptsLeft: this.options.maxAttemptsPerChallenge - attempt.challenge.attempts,
    });
  }
}

/** A method that became active while this request waited for it was so before it is proven. */
function timeOf({ method: { activatedAt } }: SpentAttempt, now: Date): Date {
  return activatedAt !== null && activatedAt > now ? activatedAt : now;
}
