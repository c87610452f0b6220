import { type MfaEvent, type MfaEventType } from '../ports/events.js';

/** Who proved what, from where and when. */
type ProofOccasion = Pick<MfaEvent, 'subject' | 'client' | 'sessionId' | 'at' | 'factor'>;

/** What is told of what a right proof leads to. */
export interface ToldConclusion {
  readonly events?: readonly MfaEventType[];
  /** {@link MfaEvent.factor} of these events; absent: the one that was proven. */
  readonly factor?: string;
  /** {@link MfaEvent.target} of these events. */
  readonly target?: string | undefined;
  /** {@link MfaEvent.changeId} of these events. */
  readonly changeId?: string | undefined;
  /** The session that begins with it; absent: {@link MfaEvent.sessionId} of whoever asked. */
  readonly sessionId?: string | null;
}

/** What tells of a right proof, and of what it leads to. */
export function successEvents(
  occasion: ProofOccasion,
  by: 'method' | 'backup_code',
  conclusion: ToldConclusion,
): MfaEvent[] {
  const own: MfaEventType[] =
    by === 'method' ? ['second_factor_succeeded'] : ['second_factor_succeeded', 'backup_code_used'];
  const { sessionId = occasion.sessionId, factor = occasion.factor } = conclusion;
  const { events = [], target, changeId } = conclusion;
  return [
    ...own.map((type) => ({ ...occasion, type, sessionId })),
    ...events.map((type) => ({ ...occasion, type, sessionId, factor, target, changeId })),
  ];
}
