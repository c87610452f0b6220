import { type Authenticator } from './authenticators.js';
import { type LoggedChange } from './changes.js';
import { type MfaEvent, type MfaEventType } from './events.js';

/** What its owner says that they did not do, as its event tells of it. */
export interface RepudiatedChange extends Pick<
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
 * ({@link SessionProof.backupCodesId}); or with another means that these sessions or the repudiated change made, as a password;
 * or began in one of these openings, by what it names. It is asked again until it names no other one.
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
  readonly repudiated: RepudiatedChange;
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
  { changeId }: Pick<RepudiatedChange, 'changeId'>,
): boolean {
  const { id, type, target, sessionId } = change;
  if (id === changeId || isIn(culprits.sessions, sessionId)) return true;
  return BINDINGS.includes(type) && culprits.authenticators.has(String(target));
}

/** Those that were set up, or proven for the first time, by the change or in one of the sessions. */
function boundBy(sessions: ReadonlySet<string>, { repudiated, since }: Case): string[] {
  return since.flatMap((change) => {
    const proven = provenFirst(change);
    const isTheirs =
      isMadeBy(change, sessions, repudiated) || isIn(sessions, proven?.setUpIn ?? null);
    return proven !== undefined && isTheirs ? [proven.id] : [];
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
  return since.filter(isTheirs).flatMap((change) => {
    const later = since.slice(since.indexOf(change) + 1).filter((other) => !isTheirs(other));
    if (isRemoval(change)) {
      return openedBy(
        change,
        null,
        later.find(({ type }) => type === 'method_activated'),
      );
    }
    const again = provenAgain(change);
    if (again === undefined || wasOffBy(change, log, isTheirs)) return [];
    return openedBy(
      change,
      again.id,
      later.find((other) => closes(other, change)),
    );
  });
}

function openedBy(
  { afterSeq }: LoggedChange,
  authenticatorId: string | null,
  end: LoggedChange | undefined,
): Opening[] {
  return [{ authenticatorId, afterSeq, untilSeq: end?.afterSeq ?? null }];
}

/** Whether a method went that signed in; one that cannot be read may have. */
function isRemoval({ type, method }: LoggedChange): boolean {
  return REMOVALS.includes(type) && method?.isActive !== false;
}

/**
 * Whether the culprits have switched off themselves what they switched on again: then it signed in
 * without them too, and whoever did so may be the owner.
 */
function wasOffBy(
  change: LoggedChange,
  log: readonly LoggedChange[],
  isTheirs: (change: LoggedChange) => boolean,
): boolean {
  const before = log.slice(0, log.indexOf(change));
  const off = before.findLast(
    ({ type, factor }) => REMOVALS.includes(type) && factor === change.factor,
  );
  return off !== undefined && isTheirs(off);
}

/** Whether it ends what another change has switched on: it is switched off, or on anew. */
function closes(other: LoggedChange, { factor, target }: LoggedChange): boolean {
  if (REMOVALS.includes(other.type)) return other.factor === factor;
  return BINDINGS.includes(other.type) && other.target === target;
}

/** The authenticator that a change proved for the first time: one that is switched on again is none. */
function provenFirst(change: LoggedChange): Authenticator | undefined {
  const proven = provenIn(change);
  return proven?.boundAt === null ? proven : undefined;
}

/** The authenticator that a change switched on again. */
function provenAgain(change: LoggedChange): Authenticator | undefined {
  const proven = provenIn(change);
  return proven?.boundAt === null ? undefined : proven;
}

function provenIn({ type, target, method }: LoggedChange): Authenticator | undefined {
  if (!BINDINGS.includes(type)) return undefined;
  return method?.authenticators.find(({ id }) => id === target);
}

function isMadeBy(
  { id, sessionId }: LoggedChange,
  sessions: ReadonlySet<string>,
  { changeId }: Pick<RepudiatedChange, 'changeId'>,
): boolean {
  return id === changeId || isIn(sessions, sessionId);
}

function isIn(sessions: ReadonlySet<string>, sessionId: string | null): boolean {
  return sessionId !== null && sessions.has(sessionId);
}
