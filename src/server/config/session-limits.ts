import { addSeconds } from '../../mfa/index.js';

/** The limits of a session's life. */
export interface SessionLimits {
  /** From the last renewal. */
  readonly idleSeconds: number;
  /** From the sign-in, whatever the renewals. */
  readonly maxSeconds: number;
}

/** The end of a session: the earlier of both limits. */
export function sessionEnd(
  { createdAt, lastUsedAt }: { readonly createdAt: Date; readonly lastUsedAt: Date },
  { idleSeconds, maxSeconds }: SessionLimits,
): Date {
  const idleEnd = addSeconds(lastUsedAt, idleSeconds);
  const overallEnd = addSeconds(createdAt, maxSeconds);
  return idleEnd < overallEnd ? idleEnd : overallEnd;
}
