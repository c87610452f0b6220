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
  /** The host's session; null where the host keeps none. No session is called `*`, and none has no name. */
  readonly sessionId: string | null;
  /** When the last proof was given; null where the token does not say [OpenID Connect Core §2]. */
  readonly authenticatedAt: Date | null;
  /** Authentication method references [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /**
   * Every proof that was given in the session, as {@link MfaPassed.proofs} says. Where they are here,
   * the session is judged by those that still count; absent: by `amr` and `authenticatedAt`.
   */
  readonly proofs?: readonly SessionProof[];
}

/** The proofs of a session; of a host that keeps none by themselves, what its token says is one. */
export function proofsOf({ proofs, amr, authenticatedAt }: Principal): readonly SessionProof[] {
  if (proofs !== undefined) return proofs;
  if (authenticatedAt === null) return [];
  return [proofOfFirstFactor(amr, authenticatedAt)];
}

/** A signed-in subject who manages factors, and from where. */
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
   * Who is signed in, as the host knows it now: with the proofs that the session has by now.
   *
   * @throws {MfaError} `token_not_valid` when the subject may not sign in any more, or the session is over
   */
  async asOfNow(principal: Principal, transaction?: Transaction): Promise<Principal> {
    const { subjectId, sessionId } = principal;
    await this.subjectOf(principal, transaction);
    const { sessions } = this.host;
    if (sessions === null) return principal;
    // A host that keeps sessions has none for whoever names none.
    const session =
      sessionId === null ? null : await sessions.find({ subjectId, sessionId }, transaction);
    if (session === null) throw new MfaError('token_not_valid');
    return { ...principal, proofs: session.proofs };
  }
}
