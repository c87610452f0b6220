import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { Ceremony, type Conclusion, type Proven } from './ceremony.js';
import { type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import {
  type ChallengeKey,
  ChallengeStore,
  type MethodRecord,
  type NewChallenge,
} from '../ports/stores.js';

/** Ceremonies of a signed-in subject: confirming a method, or proving it to change factors. */
export type OwnPurpose = 'enrol' | 'manage';

/** A proof of a method by its signed-in owner. */
export interface MethodProof {
  readonly subject: Subject;
  readonly method: MethodRecord;
  readonly purpose: OwnPurpose;
  /** The authenticator to confirm. Null accepts each one that works. */
  readonly authenticatorId: string | null;
  readonly proof: Record<string, unknown>;
  readonly acceptsBackupCode: boolean;
  readonly client: ClientInfo;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /** `detail` of `invalid_code`. */
  readonly wrongProofDetail: string;
}

/** What distinguishes the ceremonies of one signed-in subject. */
interface OwnCeremony {
  readonly purpose: OwnPurpose;
  readonly method: Pick<MethodRecord, 'id' | 'handler'>;
  /** The authenticator to confirm. Null accepts each one that works, to manage the method. */
  readonly authenticatorId: string | null;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
}

/**
 * The ceremony of a signed-in subject is named by its purpose. To confirm an authenticator, all sessions
 * share one ceremony. To manage a method, each session has its own: what one session guesses or asks for
 * costs the others nothing.
 */
function ownChallengeKey(
  subject: Pick<Subject, 'id'>,
  { purpose, method, authenticatorId, sessionId }: OwnCeremony,
): ChallengeKey {
  const name = [purpose, method.handler, authenticatorId ?? sessionId].filter(
    (part) => part !== null,
  );
  return { subjectId: subject.id, id: name.join(':') };
}

/** The challenge of such a ceremony, before it is stored. */
export function ownChallenge(
  subject: Subject,
  ceremony: OwnCeremony,
  opened: { readonly data: unknown; readonly at: Date; readonly lifetimeSeconds: number },
): NewChallenge {
  const { purpose, method, authenticatorId } = ceremony;
  return {
    ...ownChallengeKey(subject, ceremony),
    purpose,
    methodId: method.id,
    handler: method.handler,
    authenticatorId,
    proofs: [],
    provider: null,
    sessionId: null,
    credentialsVersion: subject.credentialsVersion,
    data: opened.data,
    createdAt: opened.at,
    expiresAt: addSeconds(opened.at, opened.lifetimeSeconds),
  };
}

/** The {@link Ceremony} of a method that the request names itself, without an ephemeral token. */
@Injectable()
export class MethodCeremony {
  constructor(
    private readonly ceremony: Ceremony,
    private readonly registry: HandlerRegistry,
    private readonly challenges: ChallengeStore,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the result of the conclusion
   * @throws {MfaError} as {@link Ceremony.prove}
   */
  async prove<T>(
    request: MethodProof,
    conclude: (proven: Proven) => Promise<Conclusion<T>>,
  ): Promise<T> {
    const handler = this.registry.forMethod(request.method);
    const key = ownChallengeKey(request.subject, request);
    const needsNoRequest = handler.challenge === undefined || request.acceptsBackupCode;
    if (needsNoRequest) await this.openUnlessOpen(request);
    return this.ceremony.prove({ ...request, key, judgedBy: [handler] }, conclude);
  }

  /** The code of an app, and a backup code, are given without asking for a challenge first. */
  private async openUnlessOpen(request: MethodProof): Promise<void> {
    const challenge = ownChallenge(request.subject, request, {
      data: null,
      at: this.clock.now(),
      lifetimeSeconds: this.options.ephemeralTokenExpirySeconds,
    });
    await this.challenges.open(challenge, 'keep', null);
  }
}
