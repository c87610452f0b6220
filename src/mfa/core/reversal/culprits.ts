import { type Authenticator, isPending } from '../ports/authenticators.js';
import { type LoggedChange } from './changes.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';

/** A change that the owner repudiates, as its event describes it. */
export interface ReversedChange extends Pick<
  MfaEvent,
  'type' | 'factor' | 'target' | 'changeId' | 'sessionId' | 'at'
> {
  readonly subjectId: string;
  /** {@link RecordedEvent.seq}; 0 reverses everything of its session, when nobody knows since when it was stolen. */
  readonly seq: number;
}

/** A period in which sessions could begin because a second factor was missing, or because one was back. */
export interface Opening {
  /** The authenticator that was back; null: the first factor was enough. */
  readonly authenticatorId: string | null;
  /** {@link RecordedEvent.seq} of the last event before the period. */
  readonly afterSeq: number;
  /** {@link RecordedEvent.seq} of the last event of the period; null: it has not ended. */
  readonly untilSeq: number | null;
}

/**
 * Finds the host's sessions that are to be reversed too: 1. those that were opened or stepped up with one
 * of these credentials, by {@link SessionProof.authenticatorId} or {@link SessionProof.backupCodesId};
 * 2. those that used a password which these sessions or the repudiated change had set; 3. those that began
 * in one of these openings with the factor that it names. It is called until it finds no further session.
 */
export type SessionsProvenBy = (
  subjectId: string,
  credentialIds: readonly string[],
  sessionIds: readonly string[],
  openings: readonly Opening[],
) => Promise<readonly string[]>;

/** Whose changes are reversed. */
export interface Culprits {
  readonly sessions: ReadonlySet<string>;
  readonly authenticators: ReadonlySet<string>;
  /** {@link authenticators}, and the sets of backup codes that the sessions issued. */
  readonly credentials: readonly string[];
}

/** A repudiated change with the log. */
interface Case {
  readonly repudiated: ReversedChange;
  readonly since: readonly LoggedChange[];
  /** The whole log. */
  readonly log: readonly LoggedChange[];
}

const BINDINGS: readonly MfaEventType[] = ['method_activated', 'authenticator_added'];
const REMOVALS: readonly MfaEventType[] = ['method_deactivated', 'method_deleted'];

/**
 * Follows a change to everything that came of it: its session, the credentials of that, the sessions that
 * those proved or made possible, and so on.
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

/** Whether a change is the repudiated one, was made in a culprit session, or bound a culprit authenticator. */
export function isBy(
  change: LoggedChange,
  culprits: Culprits,
  { changeId }: Pick<ReversedChange, 'changeId'>,
): boolean {
  const { id, type, target, sessionId } = change;
  if (id === changeId || isIn(culprits.sessions, sessionId)) return true;
  return BINDINGS.includes(type) && culprits.authenticators.has(String(target));
}

/** The authenticators that the change or one of the sessions set up or proved for the first time. */
function boundBy(sessions: ReadonlySet<string>, { repudiated, since }: Case): string[] {
  return since.flatMap((change) => {
    const proven = provenIn(change);
    // One that is switched on again was bound before.
    if (proven === undefined || !isPending(proven)) return [];
    const isTheirs = isMadeBy(change, sessions, repudiated) || isIn(sessions, proven.setUpIn);
    return isTheirs ? [proven.id] : [];
  });
}

/** The sets of backup codes that they issued. Sets of a set-up have the id of its authenticator. */
function codesIssuedBy(sessions: ReadonlySet<string>, { repudiated, since }: Case): string[] {
  return since.flatMap((change) =>
    change.type === 'backup_codes_issued' && isMadeBy(change, sessions, repudiated)
      ? [change.id]
      : [],
  );
}

/** The openings that the culprits made, each until somebody else closed it. */
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
    // Of openings with one end the earliest is the widest, and it comes last here.
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

/** When others closed the openings of the culprits. Filled from the newest change to the oldest. */
class Closings {
  private activation: number | null = null;
  /** By factor. */
  private readonly removals = new Map<string | null, number>();
  /** By authenticator. */
  private readonly bindings = new Map<string | null | undefined, number>();

  add({ type, factor, target, afterSeq }: LoggedChange): void {
    if (type === 'method_activated') this.activation = afterSeq;
    if (REMOVALS.includes(type)) this.removals.set(factor, afterSeq);
    if (BINDINGS.includes(type)) this.bindings.set(target, afterSeq);
  }

  /** Closes an opening without a second factor: a method was activated. */
  ofNone(): number | null {
    return this.activation;
  }

  /** Closes the opening of a change: its factor was switched off, or on anew. */
  of({ factor, target }: LoggedChange): number | null {
    const ends = [this.removals.get(factor), this.bindings.get(target)];
    const known = ends.filter((end) => end !== undefined);
    return known.length === 0 ? null : Math.min(...known);
  }
}

/** Whether an active method was removed or deactivated. One that cannot be read may have been active. */
function isRemoval({ type, method }: LoggedChange): boolean {
  return REMOVALS.includes(type) && method?.isActive !== false;
}

/**
 * The changes of a factor after the culprits had switched it off. The factor worked before them, and the
 * owner may have switched it on again.
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
