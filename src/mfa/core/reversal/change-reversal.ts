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
import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { beyond } from '../ceremony/offered-method.js';
import { offered } from '../ceremony/policy.js';
import {
  ChallengeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from '../ports/stores.js';
import { KeptSince, type Removed, type Undone } from './undone.js';

/** A change of those that are taken back. */
export interface UndoneChange extends Pick<
  MfaEvent,
  'type' | 'factor' | 'target' | 'sessionId' | 'at'
> {
  /** False: it cannot be undone, or something else is in its place by now. */
  readonly isUndone: boolean;
}

/** What became of it. */
export interface Undoing {
  /** Every change that was taken back, the newest first. */
  readonly changes: readonly UndoneChange[];
  /** Backup codes that were not spent, and died by it. */
  readonly codesRevoked: number;
  /**
   * Whether what the link proves is not enough to come back, and the host asks for the password of
   * before: 1. no active method is left, or none but what is answered by whoever reads the link, while
   * there was one before; 2. something is back that signs in. Its owner may have thrown it out, and who
   * holds it may hold their mailbox as well.
   */
  readonly needsPassword: boolean;
  /** Whose doing it was: the host's sessions that did it, or were made possible by it. */
  readonly sessionIds: readonly string[];
  /** Has handlers let go of what was removed; to be called after the commit. */
  dispose(): Promise<void>;
}

/** What a host knows of whoever repudiates. */
export interface ReversalContext {
  /** Looks in the same transaction; absent: the host cannot tell. */
  readonly provenBy?: SessionsProvenBy;
  /** Where the link was sent to; absent: not to where a method sends its codes. */
  readonly addresses?: readonly string[];
}

/** A change that is taken back, and what became of it. */
type UndoneLogged = Undone & { readonly change: LoggedChange };

/** Whose doing is taken back, and what was so before. */
interface Repudiated {
  readonly subjectId: string;
  readonly culprits: Culprits;
  readonly history: ChangeHistory;
}

/** Changes of which something signs in, or did: what could not be undone of them is tried again. */
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
 * Undoes what somebody else did to an account: everything since a change that its owner repudiates
 * that was done in the same session, in a session that was proven by an authenticator or a backup code
 * of that one or that it made possible, and so on. What was repudiated once does not come back by
 * another link. What anybody else did stays [NIST SP 800-63B-4 §4.6].
 */
@Injectable()
export class ChangeReversal {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly log: ChangeLog,
    private readonly undoing: ChangeUndoing,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly disposal: Disposal,
    private readonly clock: Clock,
  ) {}

  /** Undoes what can be undone, and ends every open challenge, in the transaction given. */
  async undo(
    change: ReversedChange,
    transaction: Transaction,
    { provenBy = async () => [], addresses = [] }: ReversalContext = {},
  ): Promise<Undoing> {
    const { subjectId } = change;
    await this.unitOfWork.lockAccount(subjectId, transaction);
    await this.challenges.cancelAll(subjectId, this.clock.now(), transaction);
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

  /** Nothing that was ever repudiated stays, whatever brought it back, and none comes back later. */
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
    const [were, are] = [offered(before), offered(after)];
    const haveGone = (some: MethodRecord[], left: MethodRecord[]) =>
      some.length > 0 && left.length === 0;
    const others = (methods: MethodRecord[]) => beyond(methods, addresses, this.registry);
    return haveGone(were, are) || haveGone(others(were), others(are));
  }

  /** The newest first: each finds what it left behind. */
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

/** Where in the log a change stands; an event that is of none, by the number of that event. */
function startOf({ changeId, seq }: ReversedChange, log: readonly LoggedChange[]): number {
  const place = log.findIndex(({ id }) => id === changeId);
  const start = place === -1 ? log.findIndex(({ afterSeq }) => afterSeq >= seq) : place;
  return start === -1 ? log.length : start;
}

/**
 * What was repudiated before and could not be undone then; not where anybody else has decided about
 * its factor since.
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
