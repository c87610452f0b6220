import { type SpentAttempt } from './attempts.js';
import { type MfaEvent, type MfaEventType } from './events.js';

/** Who proved what, when. */
interface Occasion {
  readonly request: Pick<MfaEvent, 'subject' | 'client' | 'sessionId'>;
  readonly attempt: SpentAttempt;
  readonly now: Date;
}

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
  occasion: Occasion,
  by: 'method' | 'backup_code',
  conclusion: ToldConclusion,
): MfaEvent[] {
  const own: MfaEventType[] =
    by === 'method' ? ['second_factor_succeeded'] : ['second_factor_succeeded', 'backup_code_used'];
  const { sessionId = occasion.request.sessionId, events = [] } = conclusion;
  const { factor = occasion.attempt.method.handler, target, changeId } = conclusion;
  const more = { sessionId, factor, target, changeId };
  return [
    ...own.map((type) => ({ ...eventOf(type, occasion), sessionId })),
    ...events.map((type) => ({ ...eventOf(type, occasion), ...more })),
  ];
}

/** What tells of a wrong proof, and of the locks that it brings. */
export function failureEvents(occasion: Occasion): MfaEvent[] {
  const { locksMethod, locksAccount, endsMethod } = occasion.attempt;
  const locked = { ...eventOf('method_locked', occasion), detail: { isForGood: endsMethod } };
  return [
    eventOf('second_factor_failed', occasion),
    ...(locksMethod ? [locked] : []),
    ...(locksAccount ? [eventOf('account_locked', occasion)] : []),
  ];
}

function eventOf(type: MfaEventType, { request, attempt, now }: Occasion): MfaEvent {
  const { subject, client, sessionId } = request;
  return { type, subject, client, sessionId, at: now, factor: attempt.method.handler };
}
