import { Injectable } from '@nestjs/common';
import { MfaOptions } from '../options/mfa.options.js';
import { AttemptStore, type SpentAttempt, type UnreadAttempt } from '../ports/attempts.js';
import { BackupCodes } from './backup-codes.js';
import { MfaError } from '../../contract/errors.js';
import { type Subject } from '../../contract/handler.js';
import { HostPorts } from '../ports/host-ports.js';
import { PasswordProof } from '../ports/ports.js';
import { attemptBudgetsOf } from './policy.js';
import { type JudgedBy, type ProofReading } from './proof-reading.js';
import { noChallenge, problemOfRefusal } from './refusals.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';
import { type ChallengeKey } from '../ports/stores.js';

/** What an attempt is spent for. */
export interface SpendingRequest {
  /** Null: it is read with the attempt, and may sign in. */
  readonly subject: Subject | null;
  readonly key: ChallengeKey;
  readonly purpose: ChallengePurpose;
  /** {@link Actor.sessionId}; absent at a login, and where the challenge names the session itself. */
  readonly sessionId?: string | null;
  readonly judgedBy: JudgedBy;
  /** `detail` of `invalid_code`. */
  readonly wrongProofDetail: string;
}

/** A spent attempt, and whose it is. */
export interface SubjectsAttempt {
  readonly spent: SpentAttempt;
  /** @throws {MfaError} as {@link Ceremony.prove} does without a challenge, where the subject may not sign in */
  readonly subjectOf: () => Subject;
}

/** What prevented an attempt may be gone by the time that it is looked up. */
const MAX_TRIES = 3;

/** Spends attempts, or says why none is spent. */
@Injectable()
export class AttemptSpending {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly backupCodes: BackupCodes,
    private readonly host: HostPorts,
    private readonly options: MfaOptions,
  ) {}

  /**
   * Spends an attempt and commits it, before anything is judged.
   *
   * @throws {MfaError} as {@link Ceremony.prove}, for all that is refused unjudged
   */
  async spend(
    request: SpendingRequest,
    reading: ProofReading,
    now: Date,
  ): Promise<SubjectsAttempt> {
    const unread = this.unreadAttempt(request, reading, now);
    const isReadable = unread.handlers.length > 0;
    const read = isReadable ? await this.spendAndRead(request, unread) : null;
    if (read) return read;
    const subject =
      request.subject ?? enabled(await this.host.subjects.find(request.key.subjectId), request);
    const attempt = { ...unread, credentialsVersion: subject.credentialsVersion };
    let isRefused = read === null;
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const spent = isRefused ? null : await this.attempts.spend(attempt);
      if (spent !== null) return { spent, subjectOf: () => subject };
      const refusal = await this.attempts.explain(attempt);
      if (refusal !== null) throw problemOfRefusal(refusal, request, reading.errors, now);
      isRefused = !isReadable;
    }
    throw new MfaError('unavailable');
  }

  /** Undefined where the subject is known, or cannot be read with the attempt; null where nothing was spent. */
  private async spendAndRead(
    request: SpendingRequest,
    unread: UnreadAttempt,
  ): Promise<SubjectsAttempt | null | undefined> {
    const row = request.subject === null ? this.host.subjects.row : undefined;
    if (row === undefined) return undefined;
    const read = await this.attempts.spendAndRead?.(unread, row);
    return read && { ...read, subjectOf: () => enabled(row.subjectOf(read.values), request) };
  }

  private unreadAttempt(
    { key, purpose, judgedBy, sessionId = null }: SpendingRequest,
    { proofs, backupCode }: ProofReading,
    now: Date,
  ): UnreadAttempt {
    const isOfMethod = !(judgedBy instanceof PasswordProof);
    const handlers = isOfMethod ? judgedBy : [];
    const unguessable = handlers.filter(({ isGuessable }) => isGuessable === false);
    return {
      key,
      purpose,
      sessionId,
      isOfMethod,
      handlers: backupCode === null ? [...proofs.keys()] : handlers.map(({ name }) => name),
      unguessable: unguessable.map(({ name }) => name),
      backupLookups: backupCode === null ? [] : this.backupCodes.tags(key.subjectId, backupCode),
      budgets: attemptBudgetsOf(this.options),
      now,
    };
  }
}

function enabled(subject: Subject | null, request: SpendingRequest): Subject {
  if (!subject?.isEnabled) throw noChallenge(request);
  return subject;
}
