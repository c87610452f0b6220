import { Injectable } from '@nestjs/common';
import { MfaOptions } from '../options/mfa.options.js';
import { type AttemptRequest, AttemptStore, type SpentAttempt } from '../ports/attempts.js';
import { BackupCodes } from './backup-codes.js';
import { MfaError } from '../../contract/errors.js';
import { type Subject } from '../../contract/handler.js';
import { PasswordProof } from '../ports/ports.js';
import { attemptBudgetsOf } from './policy.js';
import { type JudgedBy, type ProofReading } from './proof-reading.js';
import { problemOfRefusal } from './refusals.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';
import { type ChallengeKey } from '../ports/stores.js';

/** What an attempt is spent for. */
export interface SpendingRequest {
  readonly subject: Subject;
  readonly key: ChallengeKey;
  readonly purpose: ChallengePurpose;
  /** {@link Actor.sessionId}; absent at a login, and where the challenge names the session itself. */
  readonly sessionId?: string | null;
  readonly judgedBy: JudgedBy;
  /** `detail` of `invalid_code`. */
  readonly wrongProofDetail: string;
}

/** What prevented an attempt may be gone by the time that it is looked up. */
const MAX_TRIES = 3;

/** Spends attempts, or says why none is spent. */
@Injectable()
export class AttemptSpending {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly backupCodes: BackupCodes,
    private readonly options: MfaOptions,
  ) {}

  /**
   * Spends an attempt and commits it, before anything is judged.
   *
   * @throws {MfaError} as {@link Ceremony.prove}, for all that is refused unjudged
   */
  async spend(request: SpendingRequest, reading: ProofReading, now: Date): Promise<SpentAttempt> {
    const attempt = this.attemptRequest(request, reading, now);
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const spent = attempt.handlers.length > 0 ? await this.attempts.spend(attempt) : null;
      if (spent !== null) return spent;
      const refusal = await this.attempts.explain(attempt);
      if (refusal !== null) throw problemOfRefusal(refusal, request, reading.errors, now);
    }
    throw new MfaError('unavailable');
  }

  private attemptRequest(
    { key, purpose, subject, judgedBy, sessionId = null }: SpendingRequest,
    { proofs, backupCode }: ProofReading,
    now: Date,
  ): AttemptRequest {
    const isOfMethod = !(judgedBy instanceof PasswordProof);
    const handlers = isOfMethod ? judgedBy : [];
    const unguessable = handlers.filter(({ isGuessable }) => isGuessable === false);
    return {
      key,
      purpose,
      credentialsVersion: subject.credentialsVersion,
      sessionId,
      isOfMethod,
      handlers: backupCode === null ? [...proofs.keys()] : handlers.map(({ name }) => name),
      unguessable: unguessable.map(({ name }) => name),
      backupLookups: backupCode === null ? [] : this.backupCodes.tags(subject.id, backupCode),
      budgets: attemptBudgetsOf(this.options),
      now,
    };
  }
}
