import { Injectable } from '@nestjs/common';
import { AccountAtHand } from './account-at-hand.js';
import { type Authenticator, isPending, workingOf } from '../ports/authenticators.js';
import { ChangeStore, type FormerBackupCode } from './changes.js';
import { type MfaEventType } from '../ports/events.js';
import { MethodRestoring } from './method-restoring.js';
import { isLastActive } from '../ceremony/policy.js';
import {
  BackupCodeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';
import {
  NOTHING,
  type OfMethod,
  type Removed,
  removedFrom,
  type UndoingRequest,
  type Undone,
} from './undone.js';

const DONE: Undone = { ...NOTHING, isUndone: true };

/** Undoes single changes of factors: removes what was added, and restores what was removed. */
@Injectable()
export class ChangeUndoing {
  /** By type: undoes a change in the stores. */
  private readonly ofMethods: {
    readonly [type in MfaEventType]?: (change: OfMethod) => Promise<Undone>;
  } = {
    method_activated: (change) => this.unbind(change),
    authenticator_added: (change) => this.unbind(change),
    method_deactivated: (change) => this.restoring.reactivate(change),
    method_deleted: (change) => this.restoring.restoreMethod(change),
    authenticator_removed: (change) => this.restoring.restoreAuthenticator(change),
  };

  /** By type: undoes a change in the {@link AccountAtHand}. */
  private readonly atHand: {
    readonly [type in MfaEventType]?: (change: OfMethod) => Promise<boolean>;
  } = {
    authenticator_renamed: (change) => this.renameBack(change),
    primary_changed: (change) => this.movePrimaryBack(change),
  };

  constructor(
    private readonly restoring: MethodRestoring,
    private readonly changes: ChangeStore,
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeStore,
  ) {}

  /** Begins to undo changes of an account. The transaction holds its lock. */
  takeUp(subjectId: string, transaction: Transaction): AccountAtHand {
    const { methods, backupCodes, changes } = this;
    return new AccountAtHand(subjectId, { methods, backupCodes, changes }, transaction);
  }

  /**
   * Undoes one change, if possible. Labels, the primary method and backup codes are stored later, by
   * {@link AccountAtHand.write}, because a session can change them any number of times.
   */
  async undo(request: UndoingRequest): Promise<Undone> {
    const { change, account } = request;
    const { backupCodes, method: former, type } = change;
    if (backupCodes !== null) return restoreBackupCodes(request, backupCodes);
    const [undo, undoAtHand] = [this.ofMethods[type], this.atHand[type]];
    if (former === null) return NOTHING;
    const { transaction } = account;
    if (undoAtHand !== undefined) {
      const methods = await account.methods();
      const isUndone = await undoAtHand({ ...request, transaction, methods, former });
      return { ...NOTHING, isUndone };
    }
    if (undo === undefined) return NOTHING;
    await account.write();
    const methods = await this.methods.list(change.subjectId, transaction);
    return undo({ ...request, transaction, methods, former });
  }

  /**
   * Removes the pending authenticators that these sessions have set up: they could be confirmed after the
   * reversal, or take the place of what it restores. Without an active method it also removes the backup
   * codes, because any set-up may have shown them.
   */
  async removePending(
    subjectId: string,
    sessions: ReadonlySet<string>,
    transaction: Transaction,
  ): Promise<readonly Removed[]> {
    const methods = await this.methods.list(subjectId, transaction);
    if (!methods.some(({ isActive }) => isActive)) {
      await this.backupCodes.deleteAll(subjectId, transaction);
    }
    return this.removeThose(
      (one) => isPending(one) && one.setUpIn !== null && sessions.has(one.setUpIn),
      methods,
      transaction,
    );
  }

  /** Removes authenticators and sets of backup codes by id. */
  async removeCredentials(
    subjectId: string,
    ids: ReadonlySet<string>,
    transaction: Transaction,
  ): Promise<Pick<Undone, 'codes' | 'removed'>> {
    const { id } = await this.backupCodes.count(subjectId, transaction);
    const areTheirs = id !== null && ids.has(id);
    const codes = areTheirs ? await this.backupCodes.deleteAll(subjectId, transaction) : 0;
    const methods = await this.methods.list(subjectId, transaction);
    const removed = await this.removeThose((one) => ids.has(one.id), methods, transaction);
    return { codes, removed };
  }

  private async removeThose(
    isTheirs: (authenticator: Authenticator) => boolean,
    methods: readonly MethodRecord[],
    transaction: Transaction,
  ): Promise<readonly Removed[]> {
    const removed: Removed[] = [];
    for (const method of methods.filter(({ authenticators }) => authenticators.some(isTheirs))) {
      const authenticators = method.authenticators.filter(isTheirs);
      const left = method.authenticators.filter((one) => !isTheirs(one));
      await this.leave(left, { method, methods, transaction });
      removed.push(removedFrom(method, authenticators));
    }
    return removed;
  }

  /** Removes an authenticator that the change bound. An older one goes back to its former confirmation. */
  private async unbind({ change, former, methods, transaction }: OfMethod): Promise<Undone> {
    const { target, at } = change;
    const isIt = ({ id }: Authenticator) => id === target;
    const method = methods.find(({ authenticators }) => authenticators.some(isIt));
    const proven = method?.authenticators.find(isIt);
    if (method === undefined || proven === undefined) return NOTHING;
    if (isSame(proven.boundAt, at)) {
      const left = method.authenticators.filter((other) => !isIt(other));
      const codes = await this.leave(left, { method, methods, transaction });
      return { ...DONE, codes, removed: [removedFrom(method, [proven])] };
    }
    if (!isSame(proven.confirmedAt, at)) return NOTHING;
    const before = former.authenticators.find(isIt);
    const confirmedAt = before?.confirmedAt ?? proven.boundAt;
    const confirmedIn = before?.confirmedIn ?? null;
    const left = method.authenticators.map((one) =>
      isIt(one) ? { ...one, confirmedAt, confirmedIn } : one,
    );
    const codes = await this.leave(left, { method, methods, transaction });
    return { ...DONE, codes };
  }

  /**
   * Stores the authenticators that are left. Without any, the method is deleted; without a working one, it
   * is switched off.
   *
   * @returns the number of backup codes that died with the last active method
   */
  private async leave(
    authenticators: readonly Authenticator[],
    {
      method,
      methods,
      transaction,
    }: Pick<OfMethod, 'methods' | 'transaction'> & { readonly method: MethodRecord },
  ): Promise<number> {
    const left = { ...method, authenticators };
    if (authenticators.length === 0) await this.methods.delete(method, transaction);
    else await this.methods.save(left, transaction);
    if (!method.isActive || workingOf(left).length > 0) return 0;
    await this.methods.switchOff(method, transaction);
    return isLastActive(method, methods)
      ? this.backupCodes.deleteAll(method.subjectId, transaction)
      : 0;
  }

  /** Restores a label, unless it is taken or somebody else has renamed the authenticator since. */
  private async renameBack({ change, former, kept, methods, account }: OfMethod): Promise<boolean> {
    const method = methods.find(({ id }) => id === former.id);
    const named = former.authenticators.find(({ id }) => id === change.target);
    if (method === undefined || named === undefined) return false;
    const { id, label } = named;
    const others = method.authenticators.filter((one) => one.id !== id);
    if (kept.renamed.has(id)) return false;
    const isThere = others.length < method.authenticators.length;
    if (!isThere || others.some((other) => other.label === label)) return false;
    const authenticators = method.authenticators.map((one) =>
      one.id === id ? { ...one, label } : one,
    );
    await account.change({ ...method, authenticators });
    return true;
  }

  /** Restores the primary method, if the present one is still that of the change. */
  private async movePrimaryBack({ change, methods, account }: OfMethod): Promise<boolean> {
    const primary = methods.find(({ isPrimary }) => isPrimary);
    const before = methods.find(({ id }) => id === change.target);
    if (primary?.handler !== change.factor || !before?.isActive) return false;
    await account.makePrimary(before);
    return true;
  }
}

/** Replaces the codes that the change issued, as its actor has seen them, or restores those that it removed. */
async function restoreBackupCodes(
  { change, account }: UndoingRequest,
  former: readonly FormerBackupCode[],
): Promise<Undone> {
  const present = await account.codes();
  const isIssued = change.type === 'backup_codes_issued';
  if (isIssued ? present.id !== change.id : present.id !== null) return NOTHING;
  const codes = isIssued ? present.remaining : 0;
  account.replaceCodes(former);
  return { ...DONE, codes, bringsBack: former.some(({ spentAt }) => spentAt === null) };
}

function isSame(one: Date | null, other: Date): boolean {
  return one?.getTime() === other.getTime();
}
