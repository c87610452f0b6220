import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { ChangeStore } from '../reversal/changes.js';
import {
  countingProofs,
  type SessionProof,
  type Standing,
  standingOf,
} from '../ports/assurance.js';
import { Disposal } from '../reversal/disposal.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { offered } from '../ceremony/policy.js';
import {
  AccountStore,
  BackupCodeStore,
  ChallengeStore,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from '../ports/stores.js';

/** What a host tells MFA about an account as a whole. */
@Injectable()
export class MfaAccounts {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly accounts: AccountStore,
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeStore,
    private readonly challenges: ChallengeStore,
    private readonly changes: ChangeStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly disposal: Disposal,
    private readonly clock: Clock,
  ) {}

  /** Whether a subject has an active method, so that a login asks for a second factor. */
  async isProtected(subjectId: string): Promise<boolean> {
    return offered(await this.methods.list(subjectId)).length > 0;
  }

  /** The names of the handlers of a subject's active methods, the primary one's first. */
  async activeMethods(subjectId: string): Promise<readonly string[]> {
    return offered(await this.methods.list(subjectId)).map(({ handler }) => handler);
  }

  /** How many backup codes a subject has that are not spent. */
  async countBackupCodes(subjectId: string): Promise<number> {
    const { remaining } = await this.backupCodes.count(subjectId);
    return remaining;
  }

  /**
   * Ends every open challenge of a subject, as a change of the password should, and all else as
   * {@link lock}. A logout ends one session, and so nothing but what that began.
   *
   * @param transaction of the host's, by {@link transactionOf}; absent: one of its own
   */
  async endChallenges(subjectId: string, transaction?: Transaction): Promise<void> {
    const end = async (locked: Transaction) =>
      this.challenges.cancelAll(subjectId, this.clock.now(), locked);
    if (transaction === undefined) return this.unitOfWork.runForAccount(subjectId, end);
    await this.lock(subjectId, transaction);
    await end(transaction);
  }

  /**
   * Locks the account, so that every change of its factors that is under way looks at session and
   * user again once this transaction is over. To be called by whatever ends a session or a user's
   * right to sign in, before the host's own changes: every other writer locks the account first.
   *
   * @param transaction of the host's, by {@link transactionOf}
   */
  async lock(subjectId: string, transaction: Transaction): Promise<void> {
    await this.unitOfWork.lockAccount(subjectId, transaction);
  }

  /**
   * By what the sessions of a subject are judged now.
   *
   * @returns what a session is worth that has these proofs
   */
  async assess(subjectId: string): Promise<(proofs: readonly SessionProof[]) => Standing> {
    const present = await this.methods.read(subjectId);
    return (proofs) => standingOf(countingProofs(proofs, present));
  }

  /**
   * Disposes of everything that is kept of a subject: methods, backup codes, open logins, budgets, what could
   * be undone, and audit. To be called once the subject can no longer sign in: when the user is disabled for
   * good or deleted. For one of whom nothing is kept it does nothing, so it can be called again: a request
   * that was under way at that moment may have left something behind.
   */
  async forget(subjectId: string): Promise<void> {
    const gone = await this.unitOfWork.runForAccount(subjectId, async (transaction) => {
      const methods = await this.methods.list(subjectId, transaction);
      const changes = await this.changes.list(subjectId, transaction);
      await this.accounts.forget(subjectId, transaction);
      return { methods, changes };
    });
    for (const change of gone.changes) await this.disposal.disposeOfChange(change);
    for (const method of gone.methods.filter(({ handler }) => this.registry.has(handler))) {
      await this.disposal.dispose(this.registry.forMethod(method), subjectId, method);
    }
  }
}
