import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { ChangeStore } from '../reversal/changes.js';
import {
  countingProofs,
  type SessionProof,
  type Standing,
  standingOf,
} from '../ports/assurance.js';
import { DeviceStore } from '../ports/devices.js';
import { Disposal } from '../reversal/disposal.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { activeOf } from '../ceremony/policy.js';
import {
  AccountStore,
  BackupCodeStore,
  ChallengeStore,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from '../ports/stores.js';

/** What a host does with an account as a whole. */
@Injectable()
export class MfaAccounts {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly accounts: AccountStore,
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeStore,
    private readonly challenges: ChallengeStore,
    private readonly devices: DeviceStore,
    private readonly changes: ChangeStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly disposal: Disposal,
    private readonly clock: Clock,
  ) {}

  /** Whether a subject has an active method, so that a login asks for a second factor. */
  async isProtected(subjectId: string): Promise<boolean> {
    return activeOf(await this.methods.list(subjectId)).length > 0;
  }

  /** The names of the handlers of a subject's active methods, the primary one first. */
  async activeMethods(subjectId: string): Promise<readonly string[]> {
    return activeOf(await this.methods.list(subjectId)).map(({ handler }) => handler);
  }

  /** The number of a subject's unspent backup codes. */
  async countBackupCodes(subjectId: string): Promise<number> {
    const { remaining } = await this.backupCodes.count(subjectId);
    return remaining;
  }

  /**
   * Ends every open challenge of a subject, and locks the account as {@link lock} does. A change of the
   * password calls it. A logout does not: it ends one session only.
   *
   * @param transaction of the host, by {@link transactionOf}. Absent: a new one
   */
  async endChallenges(subjectId: string, transaction?: Transaction): Promise<void> {
    const end = async (locked: Transaction) =>
      this.challenges.cancelAll(subjectId, this.clock.now(), locked);
    if (transaction === undefined) return this.unitOfWork.runForAccount(subjectId, end);
    await this.lock(subjectId, transaction);
    await end(transaction);
  }

  /**
   * Ends every remembered device of a subject. Call it where a user is disabled, after {@link lock} and
   * before sessions end. A change of the password needs no call: {@link Subject.credentialsVersion} ends them.
   *
   * @param transaction of the host, by {@link transactionOf}, which holds the lock
   */
  async endDevices(subjectId: string, transaction: Transaction): Promise<void> {
    await this.devices.endAll(subjectId, transaction);
  }

  /**
   * Locks the account, so that every change of factors under way checks session and user again after this
   * transaction. Call it wherever a session ends or a user is disabled, before the host's own changes: all
   * other writers lock the account first.
   *
   * @param transaction of the host, by {@link transactionOf}
   */
  async lock(subjectId: string, transaction: Transaction): Promise<void> {
    await this.unitOfWork.lockAccount(subjectId, transaction);
  }

  /**
   * Judges the sessions of a subject by its present methods.
   *
   * @returns the standing of a session with these proofs
   */
  async assess(subjectId: string): Promise<(proofs: readonly SessionProof[]) => Standing> {
    const present = await this.methods.read(subjectId);
    return (proofs) => standingOf(countingProofs(proofs, present));
  }

  /**
   * Deletes everything that is stored about a subject: methods, backup codes, challenges, devices, budgets,
   * logged changes and audit. Call it after the user is deleted or disabled for good, and once more later: a request
   * that was under way may have stored something. Without anything stored it does nothing.
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
