import { addSeconds } from '../../mfa/index.js';

/** How long sessions live. */
export interface SessionLimits {
  /** Without being renewed. */
  readonly idleSeconds: number;
  /** After the sign-in, however often they are renewed. */
  readonly maxSeconds: number;
}

/** When a session that was last used at this time ends: at the earlier of both limits. */
export function sessionEnd(
  { createdAt, lastUsedAt }: { readonly createdAt: Date; readonly lastUsedAt: Date },
  { idleSeconds, maxSeconds }: SessionLimits,
): Date {
  const idleEnd = addSeconds(lastUsedAt, idleSeconds);
  const overallEnd = addSeconds(createdAt, maxSeconds);
  return idleEnd < overallEnd ? idleEnd : overallEnd;
}
