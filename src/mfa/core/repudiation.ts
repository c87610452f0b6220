import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { type Authenticator, workingOf } from './authenticators.js';
import { Disposal, type StoredStates } from './disposal.js';
import { type MfaEvent, type MfaEventType } from './events.js';
import { HandlerRegistry } from './handler-registry.js';
import { isLastActive } from './policy.js';
import {
  BackupCodeStore,
  ChallengeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from './stores.js';

/** A change that its owner says they did not make, as its event tells of it. */
export interface RepudiatedChange extends Pick<MfaEvent, 'type' | 'factor' | 'target' | 'at'> {
  readonly subjectId: string;
}

/** What became of it. */
export interface Undoing {
  /** False: it cannot be undone, or something else is in its place by now. */
  readonly isUndone: boolean;
  /** Has handlers let go of what was removed; to be called after the commit. */
  dispose(): Promise<void>;
}

interface Undone {
  readonly isUndone: boolean;
  /** What is no longer stored, with its handler. */
  readonly removed?: StoredStates & Pick<MethodRecord, 'handler'>;
}

/** A change, with what its owner's factors are now. */
interface Account {
  readonly change: RepudiatedChange;
  readonly methods: readonly MethodRecord[];
  readonly transaction: Transaction;
}

/**
 * Undoes changes of factors that their owner repudiates. It takes away what the change added and
 * brings back what it took; it never touches a factor that was there before [NIST SP 800-63B-4 §4.6].
 */
@Injectable()
export class Repudiation {
  /** How each change is undone; of one that is not here, nothing can be. */
  private readonly undoings: {
    readonly [type in MfaEventType]?: (account: Account) => Promise<Undone>;
  } = {
    method_activated: (account) => this.unbind(account),
    authenticator_added: (account) => this.unbind(account),
    method_deactivated: async (account) => ({ isUndone: await this.reactivate(account) }),
    primary_changed: async (account) => ({ isUndone: await this.moveBack(account) }),
    backup_codes_issued: async (account) => ({ isUndone: await this.killCodes(account) }),
  };

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeStore,
    private readonly challenges: ChallengeStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly disposal: Disposal,
    private readonly clock: Clock,
  ) {}

  /** Undoes what can be undone of a change, and ends every open challenge, in the transaction given. */
  async undo(change: RepudiatedChange, transaction: Transaction): Promise<Undoing> {
    const { subjectId } = change;
    await this.unitOfWork.lockAccount(subjectId, transaction);
    await this.challenges.cancelAll(subjectId, this.clock.now(), transaction);
    const methods = await this.methods.list(subjectId, transaction);
    const { isUndone, removed } = (await this.undoings[change.type]?.({
      change,
      methods,
      transaction,
    })) ?? { isUndone: false, removed: undefined };
    const dispose = async () => {
      if (removed === undefined || !this.registry.has(removed.handler)) return;
      await this.disposal.dispose(this.registry.get(removed.handler), subjectId, removed);
    };
    return { isUndone, dispose };
  }

  /** One that was proven for the first time goes; an older one no longer works, as before. */
  private async unbind(account: Account): Promise<Undone> {
    const { change, methods } = account;
    const isIt = ({ id }: Authenticator) => id === change.target;
    const [found] = methods.flatMap((method) =>
      method.authenticators.filter(isIt).map((proven) => ({ method, proven })),
    );
    if (found === undefined) return { isUndone: false };
    const { method, proven } = found;
    const others = method.authenticators.filter((other) => !isIt(other));
    if (isSame(proven.boundAt, change.at)) {
      await this.leave(others, method, account);
      const { handler, payloadVersion } = method;
      return { isUndone: true, removed: { handler, payloadVersion, authenticators: [proven] } };
    }
    if (!isSame(proven.confirmedAt, change.at)) return { isUndone: false };
    const asleep = { ...proven, confirmedAt: proven.boundAt };
    await this.leave(
      method.authenticators.map((one) => (isIt(one) ? asleep : one)),
      method,
      account,
    );
    return { isUndone: true };
  }

  /** Without an authenticator a method goes; without one that works it is inactive. */
  private async leave(
    authenticators: readonly Authenticator[],
    method: MethodRecord,
    { methods, transaction }: Account,
  ): Promise<void> {
    const left = { ...method, authenticators };
    if (authenticators.length === 0) await this.methods.delete(method, transaction);
    else await this.methods.save(left, transaction);
    if (workingOf(left).length > 0) return;
    await this.methods.switchOff(method, transaction);
    if (isLastActive(method, methods)) {
      await this.backupCodes.deleteAll(method.subjectId, transaction);
    }
  }

  private async reactivate({ change, methods, transaction }: Account): Promise<boolean> {
    const method = methods.find(({ id }) => id === change.target);
    return method !== undefined && this.methods.reactivate(method, transaction);
  }

  /** Only while the primary is the one that the change made so. */
  private async moveBack({ change, methods, transaction }: Account): Promise<boolean> {
    const primary = methods.find(({ isPrimary }) => isPrimary);
    const former = methods.find(({ id }) => id === change.target);
    if (primary?.handler !== change.factor || !former?.isActive) return false;
    return this.methods.makePrimary(former, transaction);
  }

  /** Whoever made the new codes has seen them. The set before is dead and stays so. */
  private async killCodes({ change, transaction }: Account): Promise<boolean> {
    const { createdAt } = await this.backupCodes.count(change.subjectId, transaction);
    if (!isSame(createdAt, change.at)) return false;
    await this.backupCodes.deleteAll(change.subjectId, transaction);
    return true;
  }
}

function isSame(one: Date | null, other: Date): boolean {
  return one?.getTime() === other.getTime();
}
