import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../kit/clock.js';
import { RandomSource } from '../kit/random.js';
import { readFields } from '../kit/read-fields.js';
import { MfaOptions } from '../mfa.options.js';
import { type ProofRequest } from './ceremony.js';
import { type Opening } from './challenger.js';
import { type SessionProof } from './assurance.js';
import { MfaError } from './errors.js';
import { EventTeller } from './event-teller.js';
import { type MfaEvent, type MfaEventType } from './events.js';
import { type PasswordAttempt, PasswordAttemptStore } from './password-attempts.js';
import { PASSWORD, PasswordFields } from './password-fields.js';
import { attemptBudgetsOf } from './policy.js';
import { HostPorts, type IssuedTokens, type PasswordProof } from './ports.js';
import { problemOfRefusal } from './refusals.js';
import {
  type ChallengeRecord,
  ChallengeStore,
  EventStore,
  type NewChallenge,
  UnitOfWork,
} from './stores.js';

/** Whose password is judged, for which challenge. */
type PasswordRequest = Pick<ProofRequest, 'subject' | 'key' | 'proof' | 'client'>;

/** A password that was right. */
interface ProvenPassword {
  readonly challenge: ChallengeRecord;
  /** What a session keeps of it. */
  readonly proof: SessionProof;
}

/** What a right password leads to. */
interface TokenConclusion extends Omit<IssuedTokens, 'body'> {
  readonly events: readonly MfaEventType[];
}

const WRONG_PASSWORD = 'Invalid password';

/**
 * The ceremony of a subject without a second factor: read → spend → verify → commit → tell, as for
 * every other proof. A method that becomes active meanwhile ends it.
 */
@Injectable()
export class PasswordCeremony {
  constructor(
    private readonly host: HostPorts,
    private readonly challenges: ChallengeStore,
    private readonly attempts: PasswordAttemptStore,
    private readonly events: EventStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly teller: EventTeller,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** @throws {MfaError} `forbidden` where the host knows no passwords */
  async open({ subject, ...opening }: Opening): Promise<NewChallenge> {
    this.passwords();
    const createdAt = this.clock.now();
    const challenge: NewChallenge = {
      ...opening,
      subjectId: subject.id,
      id: this.random.rowId(),
      methodId: null,
      handler: PASSWORD,
      authenticatorId: null,
      credentialsVersion: subject.credentialsVersion,
      data: null,
      createdAt,
      expiresAt: addSeconds(createdAt, this.options.ephemeralTokenExpirySeconds),
    };
    await this.challenges.open(challenge, 'replace', null);
    return challenge;
  }

  /**
   * Judges a password and, when it is right, commits what `conclude` makes of it.
   *
   * @throws {MfaError} `validation_failed`, `invalid_token`, `invalid_code`, `attempts_exhausted`
   * or `account_locked`
   */
  async prove(
    request: PasswordRequest,
    conclude: (proven: ProvenPassword) => Promise<TokenConclusion>,
  ): Promise<void> {
    const passwords = this.passwords();
    const { password } = readFields(PasswordFields, request.proof);
    const now = this.clock.now();
    const attempt = await this.spend(request, now);
    const isRight = await passwords.verify(request.subject, password);
    if (!isRight) throw await this.fail(request, attempt, now);
    const { challenge } = attempt;
    const proof = { amr: ['pwd'], methodId: null, authenticatorId: null, at: now };
    const conclusion = await conclude({ challenge, proof });
    const { rows, rowUpdates = [] } = conclusion;
    const events = conclusion.events.map((type) => eventOf(type, request, now));
    // The account is locked first, so that a method which became active meanwhile is seen.
    const isSettled = await this.unitOfWork.runForAccount(request.subject.id, (transaction) =>
      this.attempts.settle({ attempt, rows, rowUpdates, events, now }, transaction),
    );
    if (!isSettled) throw new MfaError('invalid_token');
    this.teller.tell(events);
  }

  private passwords(): PasswordProof {
    const { passwords } = this.host;
    if (passwords === null) throw new MfaError('forbidden');
    return passwords;
  }

  private async spend({ subject, key }: PasswordRequest, now: Date): Promise<PasswordAttempt> {
    const budgets = attemptBudgetsOf(this.options);
    const request = { key, credentialsVersion: subject.credentialsVersion, budgets, now };
    const spent = await this.attempts.spend(request);
    if (spent !== null) return spent;
    const refusal = await this.attempts.explain(request);
    if (refusal === null) throw new MfaError('unavailable');
    const worded = { purpose: 'step_up' as const, wrongProofDetail: WRONG_PASSWORD };
    throw problemOfRefusal(refusal, worded, new Map(), now);
  }

  private async fail(
    request: PasswordRequest,
    { challenge, locksAccount }: PasswordAttempt,
    now: Date,
  ): Promise<MfaError> {
    const types: MfaEventType[] = [
      'second_factor_failed',
      ...(locksAccount ? ['account_locked' as const] : []),
    ];
    const events = types.map((type) => eventOf(type, request, now));
    await this.events.append(events);
    this.teller.tell(events);
    const attemptsLeft = this.options.maxAttemptsPerChallenge - challenge.attempts;
    return new MfaError('invalid_code', { detail: WRONG_PASSWORD, attemptsLeft });
  }
}

function eventOf(type: MfaEventType, { subject, client }: PasswordRequest, at: Date): MfaEvent {
  return { type, subject, factor: PASSWORD, at, client };
}
