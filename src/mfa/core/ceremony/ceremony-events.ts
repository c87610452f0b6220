import { type Settlement } from '../ports/attempts.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';

/** Who proved what, from where and when. */
type ProofOccasion = Pick<MfaEvent, 'subject' | 'client' | 'sessionId' | 'at' | 'factor'>;

/** The events of what a right proof leads to. */
export interface ToldConclusion {
  readonly events?: readonly MfaEventType[];
  /** {@link MfaEvent.factor} of these events; absent: the one that was proven. */
  readonly factor?: string;
  /** {@link MfaEvent.target} of these events. */
  readonly target?: string | undefined;
  /** {@link MfaEvent.changeId} of these events. */
  readonly changeId?: string | undefined;
  /** The session that begins with it. Absent: the session that the proof was given in. */
  readonly sessionId?: string | null;
}

/** The events of a right proof alone. A password is no second factor. */
const OWN_EVENTS: Readonly<Record<Settlement['proven']['by'], readonly MfaEventType[]>> = {
  method: ['second_factor_succeeded'],
  backup_code: ['second_factor_succeeded', 'backup_code_used'],
  password: [],
};

/** The events of a right proof, and of what it leads to. */
export function successEvents(
  occasion: ProofOccasion,
  by: keyof typeof OWN_EVENTS,
  conclusion: ToldConclusion,
): MfaEvent[] {
  const { sessionId = occasion.sessionId, factor = occasion.factor } = conclusion;
  const { events = [], target, changeId } = conclusion;
  return [
    ...OWN_EVENTS[by].map((type) => ({ ...occasion, type, sessionId })),
    ...events.map((type) => ({ ...occasion, type, sessionId, factor, target, changeId })),
  ];
}
