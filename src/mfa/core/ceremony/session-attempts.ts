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

/** Whose session pays for a guess, and at what: each factor has a count of its own. */
export interface PayingSession {
  readonly subjectId: string;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /** {@link SpentAttempt.factor} */
  readonly factor: string;
}

/** A guess of somebody who is signed in, at something that the host itself judges. */
export interface SessionGuess {
  readonly subject: Subject;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /**
   * {@link MfaEvent.factor} of the events that tell of it, and what it is counted as; at most 32
   * characters.
   */
  readonly factor: string;
  readonly client: ClientInfo;
}

/** An attempt that is counted on a session, and on all of its subject's, and committed. */
export interface SessionAttempt extends SessionLocks {
  readonly session: PayingSession;
}

/** Port: counts the guesses of a session. Each method is one statement. */
export abstract class SessionAttemptStore {
  /** Counts one attempt; null while the session is locked, or all of its subject's are. */
  abstract spend(
    session: PayingSession,
    budgets: AttemptBudgets,
    now: Date,
  ): Promise<SessionAttempt | null>;
  /** Until when one of these is locked, or was at last; null when neither ever was. */
  abstract lockedUntil(session: PayingSession): Promise<Date | null>;
  /** Takes an attempt, and the locks that it brought, from the counts. */
  abstract giveBack(attempt: SessionAttempt): Promise<void>;
}

/** Has the session pay for guesses at what the host judges by itself, such as an old password. */
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
   * Counts a guess of the session, judges it, and takes it from the count again unless it was wrong.
   * A wrong one is recorded; the one that is too many locks the session, and ends it where the host
   * has bound {@link SessionCloser}.
   *
   * @returns what `isRight` came to; where it rejects, so does this
   * @throws {MfaError} `session_locked`: nothing was judged
   * @throws {Error} for a session as none may be called
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
