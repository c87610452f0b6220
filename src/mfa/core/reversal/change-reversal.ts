import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { ChangeLog, type ChangeHistory } from './change-log.js';
import { ChangeUndoing } from './change-undoing.js';
import { type LoggedChange } from './changes.js';
import {
  type Culprits,
  culpritsOf,
  isBy,
  type ReversedChange,
  type SessionsProvenBy,
} from './culprits.js';
import { Disposal } from './disposal.js';
import { DeviceStore } from '../ports/devices.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { beyond } from '../ceremony/offered-method.js';
import { activeOf } from '../ceremony/policy.js';
import {
  ChallengeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from '../ports/stores.js';
import { KeptSince, type Removed, type Undone } from './undone.js';

/** A change that a reversal was to undo. */
export interface UndoneChange extends Pick<
  MfaEvent,
  'type' | 'factor' | 'target' | 'sessionId' | 'at'
> {
  /** False: it cannot be undone, or something else has taken its place. */
  readonly isUndone: boolean;
}

/** The outcome of a reversal. */
export interface Undoing {
  /** The changes of the reversal, newest first. */
  readonly changes: readonly UndoneChange[];
  /** The number of unspent backup codes that died. */
  readonly codesRevoked: number;
  /**
   * Whether the link alone proves too little to reset the password, so that the host must ask for the
   * former one: 1. all active methods are gone, or all but those that the mailbox of the link answers;
   * 2. a factor is back. The owner may have removed it, and its holder may also read the mailbox.
   */
  readonly needsPassword: boolean;
  /** The host's sessions that made the changes, or that the changes made possible. */
  readonly sessionIds: readonly string[];
  /** Lets handlers dispose of removed states. Call it after the commit. */
  dispose(): Promise<void>;
}

/** What a host knows about a reversal. */
export interface ReversalContext {
  /** Searches in the same transaction. Absent: the host cannot tell. */
  readonly provenBy?: SessionsProvenBy;
  /** The addresses that the link was sent to. Absent: none that a method sends codes to. */
  readonly addresses?: readonly string[];
}

/** A change of a reversal, and its outcome. */
type UndoneLogged = Undone & { readonly change: LoggedChange };

/** Whose changes are reversed, and the log of before. */
interface Repudiated {
  readonly subjectId: string;
  readonly culprits: Culprits;
  readonly history: ChangeHistory;
}

/** Changes of credentials. A later reversal tries again to undo those that it could not. */
const LASTING: readonly MfaEventType[] = [
  'method_activated',
  'method_deactivated',
  'method_deleted',
  'authenticator_added',
  'authenticator_removed',
  'backup_codes_issued',
  'backup_codes_revoked',
];

/**
 * Undoes an attacker's changes of an account. It begins with the change that the owner repudiates, and
 * takes everything since by the same session, by sessions that were proven with its authenticators or
 * backup codes, by sessions that it made possible, and so on. A later link brings nothing of it back.
 * Changes by others stay [NIST SP 800-63B-4 §4.6].
 */
@Injectable()
export class ChangeReversal {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly log: ChangeLog,
    private readonly undoing: ChangeUndoing,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly devices: DeviceStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly disposal: Disposal,
    private readonly clock: Clock,
  ) {}

  /**
   * Undoes what can be undone, and ends every open challenge and every remembered device, in the given
   * transaction.
   */
  async undo(
    change: ReversedChange,
    transaction: Transaction,
    { provenBy = async () => [], addresses = [] }: ReversalContext = {},
  ): Promise<Undoing> {
    const { subjectId } = change;
    await this.unitOfWork.lockAccount(subjectId, transaction);
    await this.challenges.cancelAll(subjectId, this.clock.now(), transaction);
    await this.devices.endAll(subjectId, transaction);
    const history = await this.log.read(subjectId, transaction);
    const methods = await this.methods.list(subjectId, transaction);
    const log = history.changes;
    const since = log.slice(startOf(change, log));
    const culprits = await culpritsOf({ repudiated: change, since, log }, provenBy);
    const guilty = new Set(since.filter((one) => isBy(one, culprits, change)));
    const pending = await this.undoing.removePending(subjectId, culprits.sessions, transaction);
    const repudiated = new Set([...againOf(guilty, history), ...guilty]);
    const undone = await this.undoAll(repudiated, { subjectId, log }, transaction);
    const gone = await this.forget({ subjectId, culprits, history }, undone, transaction);
    const left = await this.methods.list(subjectId, transaction);
    const told = undone.filter((one) => one.isUndone || guilty.has(one.change));
    return {
      changes: told.map(({ change: one, isUndone }) => ({ ...factsOf(one), isUndone })),
      codesRevoked: [gone, ...undone].reduce((sum, { codes }) => sum + codes, 0),
      needsPassword:
        undone.some(({ bringsBack }) => bringsBack) || this.unprotects(methods, left, addresses),
      sessionIds: [...culprits.sessions],
      dispose: () =>
        this.dispose(subjectId, [...pending, ...[...undone, gone].flatMap((one) => one.removed)]),
    };
  }

  /** Removes every repudiated credential, however it came back, and remembers all of them. */
  private async forget(
    { subjectId, culprits, history }: Repudiated,
    undone: readonly UndoneLogged[],
    transaction: Transaction,
  ): Promise<Pick<Undone, 'codes' | 'removed'>> {
    const { credentials } = culprits;
    const failed = undone.filter(({ isUndone }) => !isUndone).map(({ change }) => change);
    const again = failed.filter(({ type }) => LASTING.includes(type)).map(({ id }) => id);
    const repudiated = new Set([...credentials, ...again]);
    const settlement = {
      undone: undone.filter(({ isUndone }) => isUndone).map(({ change }) => change.id),
      repudiated: [...repudiated].filter((id) => !history.repudiated.has(id)),
      at: this.clock.now(),
    };
    await this.log.settle(subjectId, settlement, transaction);
    const ids = new Set([...history.repudiated, ...credentials]);
    return this.undoing.removeCredentials(subjectId, ids, transaction);
  }

  private unprotects(
    before: readonly MethodRecord[],
    after: readonly MethodRecord[],
    addresses: readonly string[],
  ): boolean {
    const [were, are] = [activeOf(before), activeOf(after)];
    const haveGone = (some: MethodRecord[], left: MethodRecord[]) =>
      some.length > 0 && left.length === 0;
    const others = (methods: MethodRecord[]) => beyond(methods, addresses, this.registry);
    return haveGone(were, are) || haveGone(others(were), others(are));
  }

  /** Undoes the newest change first, so that each finds the state that it left. */
  private async undoAll(
    repudiated: ReadonlySet<LoggedChange>,
    { subjectId, log }: { readonly subjectId: string; readonly log: readonly LoggedChange[] },
    transaction: Transaction,
  ): Promise<UndoneLogged[]> {
    const undone: UndoneLogged[] = [];
    const account = this.undoing.takeUp(subjectId, transaction);
    const kept = new KeptSince();
    for (const change of log.toReversed()) {
      if (!repudiated.has(change)) kept.add(change);
      else undone.push({ change, ...(await this.undoing.undo({ change, kept, account })) });
    }
    await account.write();
    return undone;
  }

  private async dispose(subjectId: string, removed: readonly Removed[]): Promise<void> {
    for (const states of removed.filter(({ handler }) => this.registry.has(handler))) {
      await this.disposal.dispose(this.registry.get(states.handler), subjectId, states);
    }
  }
}

/** The index of a change in the log. An event without a logged change is placed by its number. */
function startOf({ changeId, seq }: ReversedChange, log: readonly LoggedChange[]): number {
  const place = log.findIndex(({ id }) => id === changeId);
  const start = place === -1 ? log.findIndex(({ afterSeq }) => afterSeq >= seq) : place;
  return start === -1 ? log.length : start;
}

/**
 * Changes that were repudiated before and could not be undone then, except where somebody else has changed
 * the factor since.
 */
function againOf(
  guilty: ReadonlySet<LoggedChange>,
  { changes, repudiated }: ChangeHistory,
): LoggedChange[] {
  const decided = new Set<string | null>();
  const isAgain = (one: LoggedChange): boolean => {
    const isOpen = !decided.has(one.factor);
    if (repudiated.has(one.id)) return isOpen;
    if (LASTING.includes(one.type)) decided.add(one.factor);
    return false;
  };
  return changes.toReversed().filter((one) => !guilty.has(one) && isAgain(one));
}

function factsOf({ type, factor, target, sessionId, at }: LoggedChange) {
  return { type, factor, target, sessionId, at };
}
