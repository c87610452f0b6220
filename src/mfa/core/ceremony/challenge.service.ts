import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type DispatchContext, CodeSender } from '../sending/code-sender.js';
import { ask, type Question } from './asking.js';
import { type SessionProof } from '../ports/assurance.js';
import { workingOf } from '../ports/authenticators.js';
import { MfaError, problemOnly } from '../../contract/errors.js';
import { EventPublisher } from '../events/event-publisher.js';
import { type MfaEvent } from '../ports/events.js';
import { type EphemeralPurpose } from '../keys/ephemeral-token.js';
import { type JsonObject, type Subject } from '../../contract/handler.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { type OfferedMethod } from './offered-method.js';
import {
  type ChallengeRecord,
  ChallengeStore,
  type MethodRecord,
  type NewChallenge,
} from '../ports/stores.js';

/** What a challenge is opened for: a login, or a step-up of a session. */
export interface Opening {
  readonly purpose: EphemeralPurpose;
  readonly subject: Subject;
  /** {@link ChallengeRecord.proofs} */
  readonly proofs: readonly SessionProof[];
  readonly provider: string | null;
  readonly sessionId: string | null;
}

/** Who is asked for which method, and what for. */
export interface Asked {
  readonly purpose: EphemeralPurpose;
  readonly subject: Subject;
  readonly offered: OfferedMethod;
  readonly client: ClientInfo;
}

/** A challenge that was opened, with what its method shows the client. */
export interface OpenedChallenge {
  readonly challenge: NewChallenge;
  readonly shown: JsonObject | null;
}

/** Opens a challenge for an active method, and gives an open one another method or another code. */
@Injectable()
export class ChallengeService {
  constructor(
    private readonly challenges: ChallengeStore,
    private readonly codeSender: CodeSender,
    private readonly publisher: EventPublisher,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Opens a challenge and sends its code. A code that can't be sent, or not yet, does not shut the
   * door: the client is told, and can ask again or choose another method.
   */
  async open(
    opening: Opening,
    offered: OfferedMethod,
    client: ClientInfo,
  ): Promise<OpenedChallenge> {
    const { purpose, subject } = opening;
    const asked = { purpose, subject, offered, client };
    const { data, shown, delivery } = await this.question(asked);
    const context = contextOf(asked);
    const reserved = await this.codeSender.reserve(delivery, context).catch(problemOnly);
    const isRefused = reserved instanceof MfaError;
    const challenge = this.newChallenge(opening, offered.method, isRefused ? null : data);
    const reservation = isRefused ? null : reserved;
    await this.codeSender.whileReserved(reservation, () => this.store(challenge, context));
    const failure = isRefused
      ? reserved
      : await this.codeSender.send(reservation).catch(problemOnly);
    return { challenge, shown: failure ? undelivered(failure) : shown };
  }

  /**
   * Gives an open login this method and a new code. Its end and its attempts stay as they are.
   *
   * @returns what the method shows the client, or null
   * @throws {MfaError} `invalid_token` when the login changed meanwhile, `send_too_soon`,
   * `send_limit` or `delivery_failed`
   */
  async renew(login: ChallengeRecord, asked: Asked): Promise<JsonObject | null> {
    const { method } = asked.offered;
    const { data, shown, delivery } = await this.question(asked);
    const context = contextOf(asked);
    const reservation = await this.codeSender.reserve(delivery, context);
    const change = { methodId: method.id, handler: method.handler, data };
    await this.codeSender.whileReserved(reservation, async () => {
      if (await this.challenges.change(login, change, this.clock.now())) return;
      throw new MfaError('invalid_token');
    });
    await this.codeSender.send(reservation);
    return shown;
  }

  /** That a login waits for its second factor is an event: the first one was right. */
  private async store(challenge: NewChallenge, context: DispatchContext): Promise<void> {
    const at = challenge.createdAt;
    const events: MfaEvent[] =
      challenge.purpose === 'login' ? [{ ...context, type: 'login_challenged', at }] : [];
    await this.challenges.open(challenge, 'replace', events[0] ?? null);
    this.publisher.publish(events);
  }

  private question({ subject, offered }: Asked): Promise<Question> {
    const { handler, method } = offered;
    const authenticators = workingOf(method);
    return ask({ handler, method, authenticators, subject, now: this.clock.now() });
  }

  private newChallenge(
    { purpose, subject, proofs, provider, sessionId }: Opening,
    method: MethodRecord,
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

function contextOf({ purpose, subject, offered, client }: Asked): DispatchContext {
  return { purpose, subject, factor: offered.method.handler, client };
}

/** Where a code was sent a moment ago, it belongs to another challenge and does not open this one. */
function undelivered({ code, extras }: MfaError): JsonObject {
  const { retryAfterSeconds } = extras;
  if (retryAfterSeconds === undefined) return { delivery: 'failed' };
  const retry_after = retryAfterSeconds;
  if (code !== 'send_too_soon') return { delivery: 'failed', retry_after };
  const detail = `A code was sent a moment ago, for another request that it alone answers. Ask for one for this request in ${retry_after} seconds.`;
  return { delivery: 'wait', retry_after, detail };
}
