import { type SessionProof, standingOf } from './assurance.js';
import { type Subject } from '../../contract/handler.js';

/** A first factor that was proven, as the host's login tells it. */
export interface FirstFactorPassed {
  readonly subject: Subject;
  /** The method references of the first factor, such as `['pwd']` [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /** The host's own name of the first factor, which {@link MfaPassed} gives back; absent: none. */
  readonly provider?: string;
  /**
   * False where the first factor cannot lead on to a second one: whoever has an active method is
   * then refused by it, and never let in with less. Absent: true.
   */
  readonly supportsMfa?: boolean;
}

/** From where a request came, for the audit. */
export interface ClientInfo {
  /** The peer's address as the host believes it; null when it is not known. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

declare const earned: unique symbol;

/**
 * The fact that everything required of a subject is passed. Tokens are minted from this and from
 * nothing else, and only the core can make one, so a session before the second factor does not
 * compile.
 */
export interface MfaPassed {
  readonly [earned]: true;
  /** A login opens a session; a step-up renews the one that it was asked for in [RFC 9470]. */
  readonly purpose: 'login' | 'step_up';
  /** The session that is renewed; null for a login, and where the host keeps no sessions. */
  readonly sessionId: string | null;
  readonly subject: Subject;
  /** What the proofs show together [RFC 8176 §2]; holds `mfa` when they are of two factors. */
  readonly amr: readonly string[];
  /**
   * Each proof with its method and its time, also those that count no more. A host that keeps them with the session, and gives them
   * back as {@link Principal.proofs}, has it judged by those that still count.
   */
  readonly proofs: readonly SessionProof[];
  /** {@link FirstFactorPassed.provider}, also after a second step; null where the host gave none. */
  readonly provider: string | null;
  /** {@link Standing.authenticatedAt}: `auth_time` of the tokens [OpenID Connect Core §2]. */
  readonly authenticatedAt: Date;
  readonly client: ClientInfo;
}

/** The facts of a {@link MfaPassed}, before they are vouched for. */
export type MfaPassedFacts = Omit<MfaPassed, typeof earned | 'amr' | 'authenticatedAt'>;

/**
 * Vouches that everything required is passed.
 *
 * @param facts with every proof, the one that was given just now among them
 * @param counting those that count; absent: all of them
 * @internal for the services of login and step-up alone
 */
export function vouch(
  facts: MfaPassedFacts,
  counting: readonly SessionProof[] = facts.proofs,
): MfaPassed {
  // The brand exists for the compiler only; this is the one place that grants it. Where there is a
  // proof, there is a time.
  return { ...facts, ...standingOf(counting) } as MfaPassed;
}
