import { type SessionProof, type Standing, standingOf } from './assurance.js';
import { type Subject } from '../../contract/handler.js';

/** A right first factor, as the host's login reports it. */
export interface FirstFactorPassed {
  readonly subject: Subject;
  /** The method references of the first factor, for example `['pwd']` [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /** The host's name of the first factor, for {@link MfaPassed.provider}. Absent: none. */
  readonly provider?: string;
  /**
   * False when the first factor cannot continue with a second one. It then refuses every subject with an
   * active method. Absent: true.
   */
  readonly supportsMfa?: boolean;
  /**
   * The token of a remembered device, as the client sent it. It takes the place of the second step. Any text
   * that is no token of the subject counts as absent.
   */
  readonly trustedDevice?: string;
}

/** The origin of a request, for the audit. */
export interface ClientInfo {
  /** The address of the client, as the host determines it; null when it is not known. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

declare const earned: unique symbol;

/**
 * The fact that a subject has passed everything that is required. Tokens are made from nothing else, and only
 * the core can make this. So code that opens a session before the second factor does not compile.
 */
export interface MfaPassed {
  readonly [earned]: true;
  /** A login opens a session. A step-up renews the one that it was asked for in [RFC 9470]. */
  readonly purpose: 'login' | 'step_up';
  /** The session to renew; null for a login, and when the host keeps no sessions. */
  readonly sessionId: string | null;
  /** {@link LiveSession.version} of the session to renew, or null. */
  readonly sessionVersion: string | null;
  readonly subject: Subject;
  /** {@link Standing.amr} */
  readonly amr: readonly string[];
  /**
   * All proofs, also those that do not count any more. A host keeps them with the session and returns them
   * as {@link Principal.proofs}, so that the session is judged by those that still count.
   */
  readonly proofs: readonly SessionProof[];
  /** {@link FirstFactorPassed.provider}, also after a second step; null when the host gave none. */
  readonly provider: string | null;
  /** {@link Standing.authenticatedAt}: `auth_time` of the tokens [OpenID Connect Core §2]. */
  readonly authenticatedAt: Date;
  /** {@link Standing.deviceMfaAt}: `device_mfa_time` of the tokens. */
  readonly deviceMfaAt?: Date;
  readonly client: ClientInfo;
}

/** The facts of every login: it opens a session, and renews none. */
export const OF_LOGIN = { purpose: 'login', sessionId: null, sessionVersion: null } as const;

/** The facts of a {@link MfaPassed} before {@link vouch}. */
export type MfaPassedFacts = Omit<MfaPassed, typeof earned | keyof Standing>;

/**
 * Vouches that everything required is passed.
 *
 * @param facts with every proof, the newest among them
 * @param counting the proofs that count. Default: all
 * @internal for the services of login and step-up only
 */
export function vouch(
  facts: MfaPassedFacts,
  counting: readonly SessionProof[] = facts.proofs,
): MfaPassed {
  // Only this place grants the brand, which exists for the compiler. With a proof there is a time.
  return { ...facts, ...standingOf(counting) } as MfaPassed;
}
