import { Injectable } from '@nestjs/common';
import { MfaError } from './errors.js';
import { type Subject } from './handler.js';
import { type ClientInfo } from './mfa-passed.js';
import { HostPorts } from './ports.js';

/** Who is signed in, and how, as the host's access token says. */
export interface Principal {
  readonly subjectId: string;
  /** The host's session; null where the host keeps none. */
  readonly sessionId: string | null;
  /** When the last proof was given; null where the token does not say [OpenID Connect Core §2]. */
  readonly authenticatedAt: Date | null;
  /** Authentication method references [RFC 8176 §2]. */
  readonly amr: readonly string[];
}

/** A signed-in subject who manages factors, and from where. */
export interface Actor extends Principal {
  readonly client: ClientInfo;
}

/** Finds the subject behind a signed-in actor. */
@Injectable()
export class ActorSubjects {
  constructor(private readonly host: HostPorts) {}

  /** @throws {MfaError} `token_not_valid` when the subject is gone or may not sign in any more */
  async subjectOf({ subjectId }: Pick<Actor, 'subjectId'>): Promise<Subject> {
    const subject = await this.host.subjects.find(subjectId);
    if (!subject?.isEnabled) throw new MfaError('token_not_valid');
    return subject;
  }
}
