import { type Authenticator, isPending } from '../ports/authenticators.js';
import { type LoggedChange } from './changes.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';

/** What its owner says that they did not do, as its event tells of it. */
export interface ReversedChange extends Pick<
  MfaEvent,
  'type' | 'factor' | 'target' | 'changeId' | 'sessionId' | 'at'
> {
  readonly subjectId: string;
  /** {@link RecordedEvent.seq}; 0: all that its session did is taken back, as nobody knows since when it was stolen. */
  readonly seq: number;
}

/** While sessions could begin that could not before: as no second factor was left, or one was back. */
export interface Opening {
  /** What works again; null: it takes the first factor alone. */
  readonly authenticatorId: string | null;
  /** {@link RecordedEvent.seq} of the last event before it. */
  readonly afterSeq: number;
  /** {@link RecordedEvent.seq} of the last event of it; null: it has not ended. */
  readonly untilSeq: number | null;
}

/**
 * Which of a host's sessions were opened, or stepped up, with a proof by one of these credentials: of
 * authenticators ({@link SessionProof.authenticatorId}) and of sets of backup codes
 * ({@link SessionProof.backupCodesId}); or with another means that these sessions or the repudiated change
 * made, as a password; or began in one of these openings, by what it names. It is asked again until it names
 * no other one.
 */
export type SessionsProvenBy = (
  subjectId: string,
  credentialIds: readonly string[],
  sessionIds: readonly string[],
  openings: readonly Opening[],
) => Promise<readonly string[]>;

/** Whose changes are taken back. */
export interface Culprits {
  readonly sessions: ReadonlySet<string>;
  readonly authenticators: ReadonlySet<string>;
  /** {@link authenticators}, and the sets of backup codes that were made in the sessions. */
  readonly credentials: readonly string[];
}

/** A change that is repudiated, and all that was logged since. */
interface Case {
  readonly repudiated: ReversedChange;
  readonly since: readonly LoggedChange[];
  /** What was logged before, too. */
  readonly log: readonly LoggedChange[];
}

const BINDINGS: readonly MfaEventType[] = ['method_activated', 'authenticator_added'];
const REMOVALS: readonly MfaEventType[] = ['method_deactivated', 'method_deleted'];

/**
 * The session of the change, its credentials, the sessions that were proven by those or that it made
 * possible, and so on.
 */
export async function culpritsOf(one: Case, provenBy: SessionsProvenBy): Promise<Culprits> {
  const { subjectId, sessionId } = one.repudiated;
  const sessions = new Set(typeof sessionId === 'string' ? [sessionId] : []);
  for (;;) {
    const authenticators = new Set(boundBy(sessions, one));
    const credentials = [...authenticators, ...codesIssuedBy(sessions, one)];
    const openings = openingsOf({ sessions, authenticators, credentials }, one);
    const found = await provenBy(subjectId, credentials, [...sessions], openings);
    const known = sessions.size;
    for (const session of found) sessions.add(session);
    if (sessions.size === known) return { sessions, authenticators, credentials };
  }
}

/** The change itself; made in one of the sessions; or the first proof of one of the authenticators. */
export function isBy(
  change: LoggedChange,
  culprits: Culprits,
  { changeId }: Pick<ReversedChange, 'changeId'>,
): boolean {
  const { id, type, target, sessionId } = change;
  if (id === changeId || isIn(culprits.sessions, sessionId)) return true;
  return BINDINGS.includes(type) && culprits.authenticators.has(String(target));
}

/** Those that were set up, or proven for the first time, by the change or in one of the sessions. */
function boundBy(sessions: ReadonlySet<string>, { repudiated, since }: Case): string[] {
  return since.flatMap((change) => {
    const proven = provenIn(change);
    // One that is switched on again was bound before.
    if (proven === undefined || !isPending(proven)) return [];
    const isTheirs = isMadeBy(change, sessions, repudiated) || isIn(sessions, proven.setUpIn);
    return isTheirs ? [proven.id] : [];
  });
}

/** Sets of backup codes. Those of a set-up are named after its authenticator. */
function codesIssuedBy(sessions: ReadonlySet<string>, { repudiated, since }: Case): string[] {
  return since.flatMap((change) =>
    change.type === 'backup_codes_issued' && isMadeBy(change, sessions, repudiated)
      ? [change.id]
      : [],
  );
}

/** What the culprits opened, each until somebody else has closed it. */
function openingsOf(culprits: Culprits, { repudiated, since, log }: Case): Opening[] {
  const isTheirs = (change: LoggedChange) => isBy(change, culprits, repudiated);
  const switchedBack = switchedBackBy(log, isTheirs);
  const later = new Closings();
  const openings = new Map<string, Opening>();
  for (const change of since.toReversed()) {
    if (!isTheirs(change)) {
      later.add(change);
      continue;
    }
    const opened = openedBy(change, later, switchedBack);
    // Of those that end together the first is the widest, and comes last here.
    if (opened !== undefined) openings.set(`${opened.authenticatorId} ${opened.untilSeq}`, opened);
  }
  return [...openings.values()].toReversed();
}

function openedBy(
  change: LoggedChange,
  later: Closings,
  switchedBack: ReadonlySet<LoggedChange>,
): Opening | undefined {
  const { afterSeq } = change;
  if (isRemoval(change)) return { authenticatorId: null, afterSeq, untilSeq: later.ofNone() };
  const again = provenIn(change);
  if (again === undefined || isPending(again) || switchedBack.has(change)) return undefined;
  return { authenticatorId: again.id, afterSeq, untilSeq: later.of(change) };
}

/** When what the culprits opened was closed by somebody else; filled with the newest change first. */
class Closings {
  private activation: number | null = null;
  /** By factors. */
  private readonly removals = new Map<string | null, number>();
  /** By authenticators. */
  private readonly bindings = new Map<string | null | undefined, number>();

  add({ type, factor, target, afterSeq }: LoggedChange): void {
    if (type === 'method_activated') this.activation = afterSeq;
    if (REMOVALS.includes(type)) this.removals.set(factor, afterSeq);
    if (BINDINGS.includes(type)) this.bindings.set(target, afterSeq);
  }

  /** Something signs in again, where nothing did. */
  ofNone(): number | null {
    return this.activation;
  }

  /** What a change has switched on is switched off, or on anew. */
  of({ factor, target }: LoggedChange): number | null {
    const ends = [this.removals.get(factor), this.bindings.get(target)];
    const known = ends.filter((end) => end !== undefined);
    return known.length === 0 ? null : Math.min(...known);
  }
}

/** Whether a method went that signed in; one that cannot be read may have. */
function isRemoval({ type, method }: LoggedChange): boolean {
  return REMOVALS.includes(type) && method?.isActive !== false;
}

/**
 * The changes of factors that the culprits had switched off themselves when they were switched on again:
 * such a one signed in without them too, and whoever switched it on may be the owner.
 */
function switchedBackBy(
  log: readonly LoggedChange[],
  isTheirs: (change: LoggedChange) => boolean,
): ReadonlySet<LoggedChange> {
  const off = new Map<string | null, LoggedChange>();
  return new Set(
    log.filter((change) => {
      const last = off.get(change.factor);
      if (REMOVALS.includes(change.type)) off.set(change.factor, change);
      return last !== undefined && isTheirs(last);
    }),
  );
}

/** The authenticator that a change proved, as it was before: pending, or to be switched on again. */
function provenIn({ type, target, method }: LoggedChange): Authenticator | undefined {
  if (!BINDINGS.includes(type)) return undefined;
  return method?.authenticators.find(({ id }) => id === target);
}

function isMadeBy(
  { id, sessionId }: LoggedChange,
  sessions: ReadonlySet<string>,
  { changeId }: Pick<ReversedChange, 'changeId'>,
): boolean {
  return id === changeId || isIn(sessions, sessionId);
}

function isIn(sessions: ReadonlySet<string>, sessionId: string | null): boolean {
  return sessionId !== null && sessions.has(sessionId);
}
