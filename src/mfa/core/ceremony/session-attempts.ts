import { Injectable } from '@nestjs/common';
import { Clock, secondsUntil } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type AttemptBudgets, endsSession, type SessionLocks } from '../ports/attempts.js';
import { MfaError } from '../../contract/errors.js';
import { type Subject } from '../../contract/handler.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { attemptBudgetsOf } from './policy.js';
import { refuseReservedSessionId } from '../ports/reserved-session-ids.js';
import { UnjudgedAttempts } from './unjudged-attempts.js';
import { WrongProofs } from './wrong-proofs.js';

/** The session that pays for a guess, and the factor: each factor has its own count. */
export interface PayingSession {
  readonly subjectId: string;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /** {@link SpentAttempt.factor} */
  readonly factor: string;
}

/** A guess of a signed-in subject that the host itself judges. */
export interface SessionGuess {
  readonly subject: Subject;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /**
   * The factor that it is counted as, and {@link MfaEvent.factor} of its events; at most 32 characters.
   */
  readonly factor: string;
  readonly client: ClientInfo;
}

/** An attempt that is counted on its session and on all sessions of the subject, and committed. */
export interface SessionAttempt extends SessionLocks {
  readonly session: PayingSession;
}

/** Port: counts the guesses of a session. Each method is one statement. */
export abstract class SessionAttemptStore {
  /** Counts one attempt; null while the session is locked, or all sessions of its subject are. */
  abstract spend(
    session: PayingSession,
    budgets: AttemptBudgets,
    now: Date,
  ): Promise<SessionAttempt | null>;
  /** When the lock of the session, or of all, ends or has ended; null where neither was ever locked. */
  abstract lockedUntil(session: PayingSession): Promise<Date | null>;
  /** Takes an attempt, and the locks that it brought, from the counts. */
  abstract giveBack(attempt: SessionAttempt): Promise<void>;
}

/** Charges a session with guesses that the host itself judges, for example at the old password. */
@Injectable()
export class SessionAttempts {
  constructor(
    private readonly store: SessionAttemptStore,
    private readonly wrongProofs: WrongProofs,
    private readonly unjudged: UnjudgedAttempts,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts a guess, judges it, and gives it back unless it was wrong. A wrong guess is recorded. One too
   * many locks the session, and ends it where the host has bound {@link SessionCloser}.
   *
   * @returns the result of `isRight`, whose rejection is passed on
   * @throws {MfaError} `session_locked`: nothing was judged
   * @throws {Error} for a reserved session id
   */
  async judge(guess: SessionGuess, isRight: () => Promise<boolean>): Promise<boolean> {
    const { subject, sessionId, factor } = guess;
    refuseReservedSessionId(sessionId);
    const attempt = await this.spend({ subjectId: subject.id, sessionId, factor });
    return this.unjudged.giveBackAfter(
      () => this.store.giveBack(attempt),
      async (settle) => {
        if (await isRight()) return true;
        settle();
        const at = this.clock.now();
        const wrong = { ...guess, at, detail: { purpose: 'manage' as const } };
        await this.wrongProofs.record(wrong, { session: endsSession(attempt) });
        return false;
      },
    );
  }

  private async spend(session: PayingSession): Promise<SessionAttempt> {
    const now = this.clock.now();
    const spent = await this.store.spend(session, attemptBudgetsOf(this.options), now);
    if (spent !== null) return spent;
    const until = (await this.store.lockedUntil(session)) ?? now;
    throw new MfaError('session_locked', { retryAfterSeconds: secondsUntil(until, now) });
  }
}
