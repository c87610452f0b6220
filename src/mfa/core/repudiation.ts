import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { type Authenticator } from './authenticators.js';
import { ChangeUndoing } from './change-undoing.js';
import { ChangeStore, type LoggedChange } from './changes.js';
import { Disposal } from './disposal.js';
import { type MfaEvent, type MfaEventType } from './events.js';
import { HandlerRegistry } from './handler-registry.js';
import { beyond } from './offered-method.js';
import { offered } from './policy.js';
import {
  ChallengeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from './stores.js';
import { type Removed, type Undone } from './undone.js';

/** What its owner says that they did not do, as its event tells of it. */
export interface RepudiatedChange extends Pick<
  MfaEvent,
  'type' | 'factor' | 'target' | 'changeId' | 'sessionId' | 'at'
> {
  readonly subjectId: string;
  /** {@link RecordedEvent.seq}; 0: all that its session did is taken back, as nobody knows since when it was stolen. */
  readonly seq: number;
}

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
  /** Has handlers let go of what was removed; to be called after the commit. */
  dispose(): Promise<void>;
}

/**
 * Which of a host's sessions were opened, or stepped up, with a proof by one of these credentials: of
 * authenticators ({@link SessionProof.authenticatorId}) and of sets of backup codes
 * ({@link SessionProof.backupCodesId}); or with another means that these sessions or the repudiated change made, as a password. It is asked
 * again until it names no other one.
 */
export type SessionsProvenBy = (
  subjectId: string,
  credentialIds: readonly string[],
  sessionIds: readonly string[],
) => Promise<readonly string[]>;

/** What a host knows of whoever repudiates. */
export interface RepudiationContext {
  /** Looks in the same transaction; absent: the host cannot tell. */
  readonly provenBy?: SessionsProvenBy;
  /** Where the link was sent to; absent: not to where a method sends its codes. */
  readonly addresses?: readonly string[];
}

/** Whose changes are taken back. */
interface Culprits {
  readonly sessions: ReadonlySet<string>;
  readonly authenticators: ReadonlySet<string>;
}

const BINDINGS: readonly MfaEventType[] = ['method_activated', 'authenticator_added'];

/**
 * Undoes what somebody else did to an account: everything since a change that its owner repudiates
 * that was done in the same session, in a session that was proven by an authenticator or a backup code
 * of that one, and so on. What anybody else did stays [NIST SP 800-63B-4 §4.6].
 */
@Injectable()
export class Repudiation {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly changes: ChangeStore,
    private readonly undoing: ChangeUndoing,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly disposal: Disposal,
    private readonly clock: Clock,
  ) {}

  /** Undoes what can be undone, and ends every open challenge, in the transaction given. */
  async undo(
    change: RepudiatedChange,
    transaction: Transaction,
    { provenBy = async () => [], addresses = [] }: RepudiationContext = {},
  ): Promise<Undoing> {
    const { subjectId } = change;
    await this.unitOfWork.lockAccount(subjectId, transaction);
    await this.challenges.cancelAll(subjectId, this.clock.now(), transaction);
    const log = await this.changes.list(subjectId, transaction);
    const methods = await this.methods.list(subjectId, transaction);
    const since = log.slice(startOf(change, log));
    const culprits = await culpritsOf(change, since, provenBy);
    const guilty = since.filter((one) => one.id === change.changeId || isBy(one, culprits));
    const pending = await this.undoing.removePending(subjectId, culprits.sessions, transaction);
    const undone = await this.undoAll(guilty, since, transaction);
    await this.changes.remove(subjectId, idsOf(undone), transaction);
    const left = await this.methods.list(subjectId, transaction);
    return {
      changes: undone.map(({ change: one, isUndone }) => ({ ...factsOf(one), isUndone })),
      codesRevoked: undone.reduce((sum, { codes }) => sum + codes, 0),
      needsPassword:
        undone.some(({ bringsBack }) => bringsBack) || this.unprotects(methods, left, addresses),
      dispose: () => this.dispose(subjectId, [...pending, ...undone.flatMap((one) => one.removed)]),
    };
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
    guilty: readonly LoggedChange[],
    since: readonly LoggedChange[],
    transaction: Transaction,
  ): Promise<(Undone & { readonly change: LoggedChange })[]> {
    const undone: (Undone & { readonly change: LoggedChange })[] = [];
    for (const change of guilty.toReversed()) {
      const later = since.slice(since.indexOf(change));
      const kept = later.filter((other) => !guilty.includes(other));
      undone.push({ change, ...(await this.undoing.undo({ change, kept, transaction })) });
    }
    return undone;
  }

  private async dispose(subjectId: string, removed: readonly Removed[]): Promise<void> {
    for (const states of removed.filter(({ handler }) => this.registry.has(handler))) {
      await this.disposal.dispose(this.registry.get(states.handler), subjectId, states);
    }
  }
}

/** Where in the log a change stands; an event that is of none, by the number of that event. */
function startOf({ changeId, seq }: RepudiatedChange, log: readonly LoggedChange[]): number {
  const place = log.findIndex(({ id }) => id === changeId);
  const start = place === -1 ? log.findIndex(({ afterSeq }) => afterSeq >= seq) : place;
  return start === -1 ? log.length : start;
}

/** The session of the change, its credentials, the sessions that were proven by those, and so on. */
async function culpritsOf(
  { subjectId, sessionId }: RepudiatedChange,
  since: readonly LoggedChange[],
  provenBy: SessionsProvenBy,
): Promise<Culprits> {
  const sessions = new Set(typeof sessionId === 'string' ? [sessionId] : []);
  for (;;) {
    const authenticators = new Set(boundBy(sessions, since));
    const credentials = [...authenticators, ...codesIssuedIn(sessions, since)];
    const found = await provenBy(subjectId, credentials, [...sessions]);
    const known = sessions.size;
    for (const session of found) sessions.add(session);
    if (sessions.size === known) return { sessions, authenticators };
  }
}

/** Those that were set up, or proven for the first time, in one of the sessions. */
function boundBy(sessions: ReadonlySet<string>, since: readonly LoggedChange[]): string[] {
  return since.flatMap((change) => {
    const proven = provenFirst(change);
    const isTheirs = isIn(sessions, change.sessionId) || isIn(sessions, proven?.setUpIn ?? null);
    return proven !== undefined && isTheirs ? [proven.id] : [];
  });
}

/** Sets of backup codes that were made in one of the sessions. Those of a set-up are named after its authenticator. */
function codesIssuedIn(sessions: ReadonlySet<string>, since: readonly LoggedChange[]): string[] {
  return since.flatMap(({ id, type, sessionId }) =>
    type === 'backup_codes_issued' && isIn(sessions, sessionId) ? [id] : [],
  );
}

/** The authenticator that a change proved for the first time: one that is switched on again is none. */
function provenFirst({ type, target, method }: LoggedChange): Authenticator | undefined {
  if (!BINDINGS.includes(type)) return undefined;
  return method?.authenticators.find(({ id, boundAt }) => id === target && boundAt === null);
}

function isIn(sessions: ReadonlySet<string>, sessionId: string | null): boolean {
  return sessionId !== null && sessions.has(sessionId);
}

/** Made in one of the sessions, or the first proof of one of the authenticators. */
function isBy({ type, target, sessionId }: LoggedChange, culprits: Culprits): boolean {
  if (isIn(culprits.sessions, sessionId)) return true;
  return BINDINGS.includes(type) && culprits.authenticators.has(String(target));
}

function factsOf({ type, factor, target, sessionId, at }: LoggedChange) {
  return { type, factor, target, sessionId, at };
}

function idsOf(undone: readonly (Undone & { readonly change: LoggedChange })[]): string[] {
  return undone.filter(({ isUndone }) => isUndone).map(({ change }) => change.id);
}
