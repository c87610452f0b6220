import { Injectable } from '@nestjs/common';
import { type Authenticator, hasRoomFor, inPresentVersion, workingOf } from './authenticators.js';
import { ChangeStore, type FormerMethod, type LoggedChange } from './changes.js';
import { type StoredStates } from './disposal.js';
import { type MfaEventType } from './events.js';
import { HandlerRegistry } from './handler-registry.js';
import { isLastActive } from './policy.js';
import { BackupCodeStore, type MethodRecord, MethodStore, type Transaction } from './stores.js';

/** What is no longer stored, with its handler. */
export type Removed = StoredStates & Pick<MethodRecord, 'handler'>;

/** What became of an attempt to undo. */
export interface Undone {
  /** False: something else is in its place by now, or there is nothing that could be undone. */
  readonly isUndone: boolean;
  /** Backup codes that died by it, unspent. */
  readonly codes: number;
  readonly removed: readonly Removed[];
}

/** A change that is to be undone, while the account is locked. */
export interface UndoingRequest {
  readonly change: LoggedChange;
  /** What is not undone of all that was done since. */
  readonly kept: readonly LoggedChange[];
  readonly transaction: Transaction;
}

/** A change of one method, with what its owner has now. */
interface OfMethod extends UndoingRequest {
  readonly former: FormerMethod;
  readonly methods: readonly MethodRecord[];
}

const NOTHING: Undone = { isUndone: false, codes: 0, removed: [] };

/** Undoes one change of factors after the other: it takes what was added, and brings back what was taken. */
@Injectable()
export class ChangeUndoing {
  /** How each change of a method is undone. */
  private readonly ofMethods: {
    readonly [type in MfaEventType]?: (change: OfMethod) => Promise<Undone | boolean>;
  } = {
    method_activated: (change) => this.unbind(change),
    authenticator_added: (change) => this.unbind(change),
    method_deactivated: (change) => this.reactivate(change),
    method_deleted: (change) => this.restoreMethod(change),
    authenticator_removed: (change) => this.restoreAuthenticator(change),
    authenticator_renamed: (change) => this.renameBack(change),
    primary_changed: (change) => this.movePrimaryBack(change),
  };

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly changes: ChangeStore,
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeStore,
  ) {}

  /** Undoes one change where that can be. */
  async undo(request: UndoingRequest): Promise<Undone> {
    const { change, transaction } = request;
    if (change.backupCodes !== null) return this.restoreBackupCodes(request);
    const undo = this.ofMethods[change.type];
    if (change.method === null || undo === undefined) return NOTHING;
    const methods = await this.methods.list(change.subjectId, transaction);
    const undone = await undo({ ...request, methods, former: change.method });
    return typeof undone === 'boolean' ? { ...NOTHING, isUndone: undone } : undone;
  }

  /**
   * Removes what was set up in any of these sessions and never proven, with the codes that were shown
   * beside it: it stands where something may have to come back.
   */
  async removePending(
    subjectId: string,
    sessions: ReadonlySet<string>,
    transaction: Transaction,
  ): Promise<readonly Removed[]> {
    const methods = await this.methods.list(subjectId, transaction);
    const isTheirs = ({ boundAt, setUpIn }: Authenticator) =>
      boundAt === null && setUpIn !== null && sessions.has(setUpIn);
    const removed: Removed[] = [];
    for (const method of methods.filter(({ authenticators }) => authenticators.some(isTheirs))) {
      const authenticators = method.authenticators.filter(isTheirs);
      const left = method.authenticators.filter((one) => !isTheirs(one));
      await this.leave(left, { method, methods, transaction });
      // With an active method the codes are its own, whoever was shown them.
      if (!methods.some(({ isActive }) => isActive)) {
        await this.killShown(subjectId, authenticators, transaction);
      }
      removed.push(removedFrom(method, authenticators));
    }
    return removed;
  }

  /** One that was proven for the first time goes; an older one no longer works, as before. */
  private async unbind({ change, former, methods, transaction }: OfMethod): Promise<Undone> {
    const { target, at } = change;
    const isIt = ({ id }: Authenticator) => id === target;
    const method = methods.find(({ authenticators }) => authenticators.some(isIt));
    const proven = method?.authenticators.find(isIt);
    if (method === undefined || proven === undefined) return NOTHING;
    if (isSame(proven.boundAt, at)) {
      const left = method.authenticators.filter((other) => !isIt(other));
      const codes = await this.leave(left, { method, methods, transaction });
      return { isUndone: true, codes, removed: [removedFrom(method, [proven])] };
    }
    if (!isSame(proven.confirmedAt, at)) return NOTHING;
    const confirmedAt = former.authenticators.find(isIt)?.confirmedAt ?? proven.boundAt;
    const left = method.authenticators.map((one) => (isIt(one) ? { ...one, confirmedAt } : one));
    const codes = await this.leave(left, { method, methods, transaction });
    return { isUndone: true, codes, removed: [] };
  }

  /**
   * Without an authenticator a method goes; without one that works it is inactive.
   *
   * @returns how many backup codes died with the last active method
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
    return isLastActive(method, methods) ? this.killCodes(method.subjectId, transaction) : 0;
  }

  /** By its own proof it may be active again already. */
  private async reactivate({ former, methods, transaction }: OfMethod): Promise<boolean> {
    const method = methods.find(({ id }) => id === former.id);
    if (method === undefined) return false;
    if (!(await this.changes.reactivate(method, former, transaction))) return false;
    if (!hasPrimary(methods)) await this.methods.makePrimary(method, transaction);
    return true;
  }

  private async restoreMethod(request: OfMethod): Promise<boolean> {
    const { change, former, kept, methods, transaction } = request;
    const { subjectId } = change;
    if (!(await this.changes.restoreMethod(subjectId, former, transaction))) return false;
    const isChosenSince = kept.some(({ type }) => type === 'primary_changed');
    if (former.isActive && (!hasPrimary(methods) || (former.isPrimary && !isChosenSince))) {
      await this.methods.makePrimary({ subjectId, id: former.id }, transaction);
    }
    return true;
  }

  private async restoreAuthenticator(request: OfMethod): Promise<boolean> {
    const { change, former, methods, transaction } = request;
    const method = methods.find(({ id }) => id === former.id);
    const removed = former.authenticators.find(({ id }) => id === change.target);
    if (method === undefined || removed === undefined) return false;
    if (!this.registry.has(method.handler)) return false;
    const handler = this.registry.get(method.handler);
    if (!hasRoomFor(removed, method, handler)) return false;
    const authenticators = [
      ...method.authenticators.map((one) => inPresentVersion(one, method, handler)),
      inPresentVersion(removed, former, handler),
    ];
    const payloadVersion = handler.stateVersion;
    await this.methods.save({ ...method, authenticators, payloadVersion }, transaction);
    return true;
  }

  /** Unless another one is called so by now. */
  private async renameBack({ change, former, methods, transaction }: OfMethod): Promise<boolean> {
    const method = methods.find(({ id }) => id === former.id);
    const named = former.authenticators.find(({ id }) => id === change.target);
    if (method === undefined || named === undefined) return false;
    const { id, label } = named;
    const others = method.authenticators.filter((one) => one.id !== id);
    const isThere = others.length < method.authenticators.length;
    if (!isThere || others.some((other) => other.label === label)) return false;
    const authenticators = method.authenticators.map((one) =>
      one.id === id ? { ...one, label } : one,
    );
    await this.methods.save({ ...method, authenticators }, transaction);
    return true;
  }

  /** Only while the primary is the one that the change made so. */
  private async movePrimaryBack({ change, methods, transaction }: OfMethod): Promise<boolean> {
    const primary = methods.find(({ isPrimary }) => isPrimary);
    const before = methods.find(({ id }) => id === change.target);
    if (primary?.handler !== change.factor || !before?.isActive) return false;
    return this.methods.makePrimary(before, transaction);
  }

  /** Whoever made the new codes has seen them: they die. Those before come back where there are none. */
  private async restoreBackupCodes({ change, transaction }: UndoingRequest): Promise<Undone> {
    const { subjectId, type, at, backupCodes } = change;
    const { createdAt } = await this.backupCodes.count(subjectId, transaction);
    const isIssued = type === 'backup_codes_issued';
    if (isIssued ? !isSame(createdAt, at) : createdAt !== null) return NOTHING;
    const codes = isIssued ? await this.killCodes(subjectId, transaction) : 0;
    await this.changes.restoreBackupCodes(subjectId, backupCodes ?? [], transaction);
    return { isUndone: true, codes, removed: [] };
  }

  private async killCodes(subjectId: string, transaction: Transaction): Promise<number> {
    const { remaining } = await this.backupCodes.count(subjectId, transaction);
    await this.backupCodes.deleteAll(subjectId, transaction);
    return remaining;
  }

  /** They never worked: without an active method no login asks for one. */
  private async killShown(
    subjectId: string,
    pending: readonly Authenticator[],
    transaction: Transaction,
  ): Promise<void> {
    const { createdAt } = await this.backupCodes.count(subjectId, transaction);
    if (!pending.some((one) => isSame(createdAt, one.createdAt))) return;
    await this.backupCodes.deleteAll(subjectId, transaction);
  }
}

function hasPrimary(methods: readonly MethodRecord[]): boolean {
  return methods.some(({ isPrimary }) => isPrimary);
}

function removedFrom(
  { handler, payloadVersion }: MethodRecord,
  authenticators: readonly Authenticator[],
): Removed {
  return { handler, payloadVersion, authenticators };
}

function isSame(one: Date | null, other: Date): boolean {
  return one?.getTime() === other.getTime();
}
