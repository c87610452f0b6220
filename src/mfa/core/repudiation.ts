import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../kit/clock.js';
import { type Authenticator } from './authenticators.js';
import { ChangeUndoing, type Removed, type Undone } from './change-undoing.js';
import { ChangeStore, type LoggedChange } from './changes.js';
import { Disposal } from './disposal.js';
import { type MfaEvent, type MfaEventType } from './events.js';
import { HandlerRegistry } from './handler-registry.js';
import {
  ChallengeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
  UnitOfWork,
} from './stores.js';

/** The clocks of two servers may differ so much. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What its owner says that they did not do, as its event tells of it. */
export interface RepudiatedChange extends Pick<
  MfaEvent,
  'type' | 'factor' | 'target' | 'changeId' | 'sessionId' | 'at'
> {
  readonly subjectId: string;
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
  /** Whether a method was active just before, and whether one is now. */
  readonly wasProtected: boolean;
  readonly isProtected: boolean;
  /** Has handlers let go of what was removed; to be called after the commit. */
  dispose(): Promise<void>;
}

/** Which of a host's sessions were opened, or stepped up, with a proof of one of these authenticators. */
export type SessionsProvenBy = (
  subjectId: string,
  authenticatorIds: readonly string[],
) => Promise<readonly string[]>;

/** Whose changes are taken back. */
interface Culprits {
  readonly sessions: ReadonlySet<string>;
  readonly authenticators: ReadonlySet<string>;
}

/** A change, with what was done since, itself included. */
interface Case {
  readonly change: RepudiatedChange;
  readonly since: readonly LoggedChange[];
  readonly methods: readonly MethodRecord[];
}

const BINDINGS: readonly MfaEventType[] = ['method_activated', 'authenticator_added'];

/**
 * Undoes what somebody else did to an account: everything since a change that its owner repudiates
 * that was done in the same session, in a session that was proven by an authenticator of that one, and
 * so on. What anybody else did stays [NIST SP 800-63B-4 §4.6].
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

  /**
   * Undoes what can be undone, and ends every open challenge, in the transaction given.
   *
   * @param provenBy looks in the same transaction; absent: the host cannot tell
   */
  async undo(
    change: RepudiatedChange,
    transaction: Transaction,
    provenBy: SessionsProvenBy = async () => [],
  ): Promise<Undoing> {
    const { subjectId } = change;
    await this.unitOfWork.lockAccount(subjectId, transaction);
    await this.challenges.cancelAll(subjectId, this.clock.now(), transaction);
    const log = await this.changes.list(subjectId, transaction);
    const methods = await this.methods.list(subjectId, transaction);
    const since = log.slice(startOf(change, log));
    const culprits = await culpritsOf({ change, since, methods }, provenBy);
    const guilty = since.filter((one) => one.id === change.changeId || isBy(one, culprits));
    const pending = await this.undoing.removePending(subjectId, culprits.sessions, transaction);
    const undone = await this.undoAll(guilty, since, transaction);
    await this.changes.remove(subjectId, idsOf(undone), transaction);
    const left = await this.methods.list(subjectId, transaction);
    return {
      changes: undone.map(({ change: one, isUndone }) => ({ ...factsOf(one), isUndone })),
      codesRevoked: undone.reduce((sum, { codes }) => sum + codes, 0),
      wasProtected: methods.some(({ isActive }) => isActive),
      isProtected: left.some(({ isActive }) => isActive),
      dispose: () => this.dispose(subjectId, [...pending, ...undone.flatMap((one) => one.removed)]),
    };
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

/** Where in the log a change stands; one that is not in it, by its time. */
function startOf({ changeId, at }: RepudiatedChange, log: readonly LoggedChange[]): number {
  const place = log.findIndex(({ id }) => id === changeId);
  if (place !== -1) return place;
  const earliest = addSeconds(at, -CLOCK_TOLERANCE_SECONDS);
  const later = log.findIndex((logged) => logged.at >= earliest);
  return later === -1 ? log.length : later;
}

/** The session of the change, its authenticators, the sessions that were proven by those, and so on. */
async function culpritsOf(
  { change: { subjectId, sessionId, at }, since, methods }: Case,
  provenBy: SessionsProvenBy,
): Promise<Culprits> {
  const sessions = new Set(typeof sessionId === 'string' ? [sessionId] : []);
  for (;;) {
    const authenticators = new Set([
      ...boundBy(sessions, since),
      ...setUpBy(sessions, methods, at),
    ]);
    if (authenticators.size === 0) return { sessions, authenticators };
    const found = await provenBy(subjectId, [...authenticators]);
    const known = sessions.size;
    for (const session of found) sessions.add(session);
    if (sessions.size === known) return { sessions, authenticators };
  }
}

function boundBy(sessions: ReadonlySet<string>, since: readonly LoggedChange[]): string[] {
  return since
    .filter(({ sessionId }) => isIn(sessions, sessionId))
    .filter(isFirstProof)
    .map(({ target }) => String(target));
}

/** What was proven before and is switched on again is nobody else's for that. */
function isFirstProof({ type, target, method }: LoggedChange): boolean {
  const isNew = ({ id, boundAt }: Authenticator) => id === target && boundAt === null;
  return BINDINGS.includes(type) && method !== null && method.authenticators.some(isNew);
}

/** Those of before are not of whoever came into the session later. */
function setUpBy(
  sessions: ReadonlySet<string>,
  methods: readonly MethodRecord[],
  at: Date,
): string[] {
  return methods
    .flatMap(({ authenticators }) => authenticators)
    .filter(({ setUpIn, boundAt }) => isIn(sessions, setUpIn) && boundAt !== null && boundAt >= at)
    .map(({ id }) => id);
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
