import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { MfaOptions } from '../options/mfa.options.js';
import { CodeSender, type DispatchContext } from '../sending/code-sender.js';
import { type ChallengeRequest, makeChallenge } from './make-challenge.js';
import { type SessionProof } from '../ports/assurance.js';
import { isPending, workingOf } from '../ports/authenticators.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEvent } from '../ports/events.js';
import { type EphemeralPurpose } from '../keys/ephemeral-token.js';
import { type JsonObject, type Subject } from '../../contract/handler.js';
import { ownChallenge, type OwnPurpose } from './method-ceremony.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { type OfferedMethod } from './offered-method.js';
import { PASSWORD } from '../ports/password-fields.js';
import { type ChallengeRecord, ChallengeStore, type NewChallenge } from '../ports/stores.js';

/** What a challenge is opened for: a login, or a step-up of a session. */
export interface CeremonyStart {
  readonly purpose: EphemeralPurpose;
  readonly subject: Subject;
  /** {@link ChallengeRecord.proofs} */
  readonly proofs: readonly SessionProof[];
  readonly provider: string | null;
  readonly sessionId: string | null;
}

/** The method that an open login asks for from now on. */
export interface RenewalRequest {
  readonly subject: Subject;
  readonly offered: OfferedMethod;
  readonly client: ClientInfo;
}

/** What a signed-in subject is asked to prove, and the client. */
export interface OwnChallengeRequest extends ChallengeRequest {
  readonly purpose: OwnPurpose;
  /** The authenticator to confirm. Null accepts each one that works. */
  readonly authenticatorId: string | null;
  readonly client: ClientInfo;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
}

/** A challenge that was opened, with what its method shows the client. */
export interface OpenedChallenge {
  readonly challenge: NewChallenge;
  readonly shown: JsonObject | null;
}

/** Opens challenges, and gives open ones another method or code. */
@Injectable()
export class ChallengeService {
  constructor(
    private readonly challenges: ChallengeStore,
    private readonly codeSender: CodeSender,
    private readonly events: EventRecorder,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Opens a challenge and sends its code. Where the code cannot be sent, or not yet, the challenge opens all
   * the same: the client is told, and can ask again or choose another method.
   */
  async open(
    start: CeremonyStart,
    offered: OfferedMethod,
    client: ClientInfo,
  ): Promise<OpenedChallenge> {
    const { purpose, subject } = start;
    const { data, shown, delivery } = await this.make(requestOf(subject, offered));
    const context = { purpose, subject, factor: offered.method.handler, client };
    const { stored: challenge, failure } = await this.codeSender.trySend({
      delivery,
      context,
      store: (isAllowed) =>
        this.store(this.newChallenge(start, offered.method, isAllowed ? data : null), context),
    });
    return { challenge, shown: failure === null ? shown : undelivered(failure) };
  }

  /** Opens a challenge that the password answers, of a subject without an active method. */
  async openForPassword(start: CeremonyStart): Promise<NewChallenge> {
    const challenge = this.newChallenge(start, { id: null, handler: PASSWORD }, null);
    await this.challenges.open(challenge, 'replace', null);
    return challenge;
  }

  /**
   * Gives an open login this method and a new code. Its end and its attempts stay as they are.
   *
   * @returns what the method shows the client, or null
   * @throws {MfaError} `invalid_token` when the login changed meanwhile, `send_too_soon`,
   * `send_limit` or `delivery_failed`
   */
  async renew(
    login: ChallengeRecord,
    { subject, offered, client }: RenewalRequest,
  ): Promise<JsonObject | null> {
    const { id: methodId, handler } = offered.method;
    const context = { purpose: 'login' as const, subject, factor: handler, client };
    return this.send(requestOf(subject, offered), context, async (data) => {
      const change = { methodId, handler, data };
      if (await this.challenges.change(login, change, this.clock.now())) return;
      throw new MfaError('invalid_token');
    });
  }

  /**
   * Asks a signed-in subject for the proof of one of their methods.
   *
   * @returns what the method shows the client, or null
   * @throws {MfaError} `send_too_soon`, `send_limit` or `delivery_failed`
   */
  async openOwn(request: OwnChallengeRequest): Promise<JsonObject | null> {
    const { subject, handler, purpose, client, authenticators } = request;
    const at = this.clock.now();
    // An address that was proven once is its owner's: strangers who enrol it use up none of its budget.
    const isBound = !authenticators.some(isPending);
    const context = { subject, purpose, factor: handler.name, client, isBound };
    const { ephemeralTokenExpirySeconds: lifetimeSeconds } = this.options;
    return this.send(request, context, (data) =>
      this.challenges.open(
        ownChallenge(subject, request, { data, at, lifetimeSeconds }),
        'refresh',
        null,
      ),
    );
  }

  private async send(
    request: ChallengeRequest,
    context: DispatchContext,
    store: (data: unknown) => Promise<void>,
  ): Promise<JsonObject | null> {
    const { data, shown, delivery } = await this.make(request);
    await this.codeSender.send({ delivery, context, store: () => store(data) });
    return shown;
  }

  private make(request: ChallengeRequest) {
    return makeChallenge(request, this.clock.now());
  }

  /** A login that waits for its second factor is an event: its first one was right. */
  private async store(challenge: NewChallenge, context: DispatchContext): Promise<NewChallenge> {
    const at = challenge.createdAt;
    const events: MfaEvent[] =
      challenge.purpose === 'login' ? [{ ...context, type: 'login_challenged', at }] : [];
    await this.challenges.open(challenge, 'replace', events[0] ?? null);
    this.events.publish(events);
    return challenge;
  }

  private newChallenge(
    { purpose, subject, proofs, provider, sessionId }: CeremonyStart,
    method: { readonly id: string | null; readonly handler: string },
    data: unknown,
  ): NewChallenge {
    const createdAt = this.clock.now();
    return {
      subjectId: subject.id,
      id: this.random.rowId(),
      purpose,
      methodId: method.id,
      handler: method.handler,
      authenticatorId: null,
      proofs,
      provider,
      sessionId,
      credentialsVersion: subject.credentialsVersion,
      data,
      createdAt,
      expiresAt: addSeconds(createdAt, this.options.ephemeralTokenExpirySeconds),
    };
  }
}

function requestOf(subject: Subject, { handler, method }: OfferedMethod): ChallengeRequest {
  return { subject, handler, method, authenticators: workingOf(method) };
}

/** A code that was sent a moment ago belongs to another challenge, and does not open this one. */
function undelivered({ code, extras }: MfaError): JsonObject {
  const { retryAfterSeconds } = extras;
  if (retryAfterSeconds === undefined) return { delivery: 'failed' };
  const retry_after = retryAfterSeconds;
  if (code !== 'send_too_soon') return { delivery: 'failed', retry_after };
  const detail = `A code was sent a moment ago, for another request that it alone answers. Ask for one for this request in ${retry_after} seconds.`;
  return { delivery: 'wait', retry_after, detail };
}
