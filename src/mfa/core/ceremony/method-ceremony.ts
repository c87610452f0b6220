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

/** A proof of one method by the signed-in subject whom it belongs to. */
export interface MethodProof {
  readonly subject: Subject;
  readonly method: MethodRecord;
  readonly purpose: OwnPurpose;
  /** The authenticator that is to be confirmed; null: whichever works. */
  readonly authenticatorId: string | null;
  readonly proof: Record<string, unknown>;
  readonly acceptsBackupCode: boolean;
  readonly client: ClientInfo;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
  /** `detail` of `invalid_code`. */
  readonly wrongProofDetail: string;
}

/** What tells a ceremony of a signed-in subject from the others. */
interface OwnCeremony {
  readonly purpose: OwnPurpose;
  readonly method: Pick<MethodRecord, 'id' | 'handler'>;
  /** The one that is to be confirmed; null: whichever works, to manage the method. */
  readonly authenticatorId: string | null;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
}

/**
 * A ceremony of somebody who is signed in is named by what it is for. An authenticator is confirmed
 * once, whichever session does it. To manage a method each session has a ceremony of its own: what
 * one of them guesses, or asks for, costs the others nothing.
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

/** The {@link Ceremony} for a method that the request names, rather than an ephemeral token. */
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
    return this.ceremony.prove({ ...request, key, handlers: [handler] }, conclude);
  }

  /** A code of an app and a backup code need no request of their own before they are given. */
  private async openUnlessOpen(request: MethodProof): Promise<void> {
    const challenge = ownChallenge(request.subject, request, {
      data: null,
      at: this.clock.now(),
      lifetimeSeconds: this.options.ephemeralTokenExpirySeconds,
    });
    await this.challenges.open(challenge, 'keep', null);
  }
}
