import { Injectable } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type Subject } from '../../contract/handler.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { proofOfFirstFactor, type SessionProof } from '../ports/assurance.js';
import { HostPorts } from '../ports/host-ports.js';
import { type Transaction } from '../ports/stores.js';

/** Who is signed in, and how, as the host's access token says. */
export interface Principal {
  readonly subjectId: string;
  /** The host's session; null where the host keeps none. Neither `*` nor an empty text names a session. */
  readonly sessionId: string | null;
  /** When the last proof was given; null where the token does not say [OpenID Connect Core §2]. */
  readonly authenticatedAt: Date | null;
  /** Authentication method references [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /**
   * Every proof that was given in the session, as in {@link MfaPassed.proofs}. The session is judged by
   * those that still count. Absent: it is judged by `amr` and `authenticatedAt`.
   */
  readonly proofs?: readonly SessionProof[];
}

/** The proofs of a session. Where the host keeps none, its access token counts as one proof. */
export function proofsOf({ proofs, amr, authenticatedAt }: Principal): readonly SessionProof[] {
  if (proofs !== undefined) return proofs;
  if (authenticatedAt === null) return [];
  return [proofOfFirstFactor(amr, authenticatedAt)];
}

/** A signed-in subject who manages factors, and the client. */
export interface Actor extends Principal {
  readonly client: ClientInfo;
}

/** Finds the subject behind a signed-in actor. */
@Injectable()
export class SubjectResolver {
  constructor(private readonly host: HostPorts) {}

  /** @throws {MfaError} `token_not_valid` when the subject is gone or may not sign in any more */
  async subjectOf(
    { subjectId }: Pick<Actor, 'subjectId'>,
    transaction?: Transaction,
  ): Promise<Subject> {
    const subject = await this.host.subjects.find(subjectId, transaction);
    if (!subject?.isEnabled) throw new MfaError('token_not_valid');
    return subject;
  }

  /**
   * The principal with the proofs that the session has now.
   *
   * @throws {MfaError} `token_not_valid` when the session is over
   */
  async asOfNow(principal: Principal, transaction?: Transaction): Promise<Principal> {
    const { subjectId, sessionId } = principal;
    const { sessions } = this.host;
    if (sessions === null) return principal;
    // Where the host keeps sessions, a principal without one is signed in to nothing.
    const session =
      sessionId === null ? null : await sessions.find({ subjectId, sessionId }, transaction);
    if (session === null) throw new MfaError('token_not_valid');
    return { ...principal, proofs: session.proofs };
  }
}
