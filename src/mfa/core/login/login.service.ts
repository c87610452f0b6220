import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import {
  countingProofs,
  proofOfFirstFactor,
  type SessionProof,
  withProof,
} from '../ports/assurance.js';
import { Ceremony, type Conclusion, type Proven } from '../ceremony/ceremony.js';
import { PresentAccounts } from '../access/present-accounts.js';
import { ChallengeService } from '../ceremony/challenge.service.js';
import { type EphemeralClaims } from '../keys/ephemeral-token.js';
import { MfaError } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { type JsonObject, type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type ClientInfo, type FirstFactorPassed, OF_LOGIN, vouch } from '../ports/mfa-passed.js';
import { independentOf, keptProof } from '../ceremony/offered-method.js';
import { isAlive, isEligible, activeOf } from '../ceremony/policy.js';
import { given, HostPorts } from '../ports/host-ports.js';
import { answerOf, type IssuedResponse } from './issued-response.js';
import { LoginChallenges } from './login-challenges.js';
import { type LoginOutcome } from './login-outcome.js';
import { RememberedLogins } from './remembered-logins.js';
import {
  type ChallengeRecord,
  ChallengeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** An open login, with the subject's methods as they are now. */
interface OpenLogin {
  readonly subject: Subject;
  readonly login: ChallengeRecord;
  readonly active: readonly MethodRecord[];
}

/** The two-step login, from a right first factor to tokens. */
@Injectable()
export class LoginService {
  constructor(
    private readonly host: HostPorts,
    private readonly registry: HandlerRegistry,
    private readonly accounts: PresentAccounts,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly challengeService: ChallengeService,
    private readonly events: EventRecorder,
    private readonly ceremony: Ceremony,
    private readonly asking: LoginChallenges,
    private readonly remembered: RememberedLogins,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks for a second factor where the subject has one, unless the device is remembered; else issues the
   * tokens.
   *
   * @throws {MfaError} `invalid_credentials` for a disabled subject, and for a subject with a second factor
   * where the first does not support one: this reveals no more than a wrong password does; `unavailable` where
   * a row is missing that the issuer requires
   * @throws {Error} for a first factor that is not of its type
   */
  async begin(first: FirstFactorPassed, client: ClientInfo): Promise<LoginOutcome> {
    given('The caller of LoginService.begin', first);
    if (!first.subject.isEnabled) throw new MfaError('invalid_credentials');
    const present = await this.methods.read(first.subject.id);
    const active = activeOf(present.methods);
    if (active.length === 0) return { kind: 'passed', ...(await this.pass(first, client)) };
    if (first.supportsMfa === false) throw new MfaError('invalid_credentials');
    const onDevice = await this.remembered.pass(first, present, client);
    if (onDevice !== null) return { kind: 'passed', ...onDevice };
    const { subject, provider = null } = first;
    const begun = { subject, proofs: [this.proofOf(first)], provider };
    return { kind: 'pending', pending: await this.asking.ask(begun, active, client) };
  }

  /**
   * Judges the proof of an open login and issues the tokens.
   *
   * @param remembersDevice whether later logins on the device leave the second step out
   * @returns what the host's issuer made
   * @throws {MfaError} as {@link Ceremony.prove}
   */
  async verify(
    claims: EphemeralClaims,
    proof: Record<string, unknown>,
    client: ClientInfo,
    remembersDevice = false,
  ): Promise<IssuedResponse> {
    return this.ceremony.prove(
      {
        subject: null,
        key: { subjectId: claims.subjectId, id: claims.challengeId },
        purpose: 'login',
        judgedBy: this.registry.all(),
        proof,
        acceptsBackupCode: true,
        client,
        wrongProofDetail: 'Invalid code',
      },
      async (proven) => {
        const passed = vouch({ ...OF_LOGIN, ...this.passedBy(proven), client });
        const issued = await this.remembered.issue(passed, remembersDevice);
        return { ...issued, events: ['login_succeeded'], ...(await this.asBegun(proven)) };
      },
    );
  }

  /**
   * Moves an open login to another active method and sends its code.
   *
   * @throws {MfaError} `invalid_token`, `method_unknown`, `method_unchanged`, `method_not_found`,
   * `send_too_soon`, `send_limit` or `delivery_failed`
   */
  async changeMethod(
    claims: EphemeralClaims,
    handler: string,
    client: ClientInfo,
  ): Promise<{ method: string; challenge: JsonObject | null }> {
    const { subject, login, active } = await this.openLogin(claims);
    const chosen = this.registry.get(handler);
    if (login.handler === handler) throw new MfaError('method_unchanged');
    const { proofs } = login;
    const method = independentOf(active, { subject, proofs }, this.registry).find(
      (candidate) => candidate.handler === handler && isEligible(login, candidate),
    );
    if (method === undefined) throw new MfaError('method_not_found');
    const request = { subject, offered: { method, handler: chosen }, client };
    return { method: handler, challenge: await this.challengeService.renew(login, request) };
  }

  /**
   * Sends a new code for an open login; the old one is void.
   *
   * @throws {MfaError} `invalid_token`, `method_not_found`, `dispatch_not_supported`,
   * `send_too_soon`, `send_limit` or `delivery_failed`
   */
  async resend(claims: EphemeralClaims, client: ClientInfo): Promise<void> {
    const { subject, login, active } = await this.openLogin(claims);
    const handler = this.registry.forMethod(login);
    if (!handler.requiresDispatch) throw new MfaError('dispatch_not_supported');
    const method = currentMethod(login, active);
    await this.challengeService.renew(login, { subject, offered: { method, handler }, client });
  }

  /** Ends an open login. @throws {MfaError} `invalid_token` */
  async cancel(claims: EphemeralClaims, client: ClientInfo): Promise<void> {
    const subject = await this.subjectOf(claims);
    const key = { subjectId: subject.id, id: claims.challengeId };
    const event = this.event('login_cancelled', subject, null, client);
    if (!(await this.challenges.cancel(key, event))) throw new MfaError('invalid_token');
    this.events.publish([event]);
  }

  private async pass(first: FirstFactorPassed, client: ClientInfo): Promise<IssuedResponse> {
    const { subject, provider = null } = first;
    const passed = vouch({
      ...OF_LOGIN,
      subject,
      proofs: [this.proofOf(first)],
      provider,
      client,
    });
    const issued = await this.host.tokens.issue(passed);
    const answer = answerOf(issued);
    const { rows, rowUpdates = [], displacement, sessionId, furtherEvents = [] } = issued;
    const event = { ...this.event('login_succeeded', subject, null, client), sessionId };
    const events = [event, ...furtherEvents];
    const isWritten = await this.events.record(events, { rows, rowUpdates, displacement });
    if (!isWritten) throw new MfaError('unavailable');
    return answer;
  }

  /**
   * A login that began with an authenticator of the subject ends with it.
   *
   * @returns a part of the conclusion; nothing where it began with a first factor of the host
   * @throws {MfaError} `invalid_token`
   */
  private async asBegun({
    attempt: { challenge },
  }: Proven): Promise<Pick<Conclusion<never>, 'stillHolds'>> {
    const { subjectId, proofs } = challenge;
    if (proofs.every(({ methodId }) => methodId === null)) return {};
    const stillHolds = async (transaction?: Transaction) => {
      const present = await this.methods.read(subjectId, transaction);
      return countingProofs(proofs, present).length === proofs.length;
    };
    if (!(await stillHolds())) throw new MfaError('invalid_token');
    return { stillHolds };
  }

  private passedBy(proven: Proven) {
    const { subject, attempt } = proven;
    const { proofs, provider } = attempt.challenge;
    const proof = keptProof(proven, subject, this.registry);
    return { subject, proofs: withProof(proofs, proof), provider };
  }

  private proofOf({ amr }: FirstFactorPassed): SessionProof {
    return proofOfFirstFactor(amr, this.clock.now());
  }

  private async subjectOf(claims: EphemeralClaims): Promise<Subject> {
    const subject = await this.host.subjects.find(claims.subjectId);
    if (!subject?.isEnabled) throw new MfaError('invalid_token');
    return subject;
  }

  /** @throws {MfaError} `invalid_token`, `method_not_found` or `attempts_exhausted` */
  private async openLogin(claims: EphemeralClaims): Promise<OpenLogin> {
    const { subjectId, challengeId: id } = claims;
    const query = { subjectId, challenge: { id, now: this.clock.now() } };
    const { subject, snapshot, challenge: login } = await this.accounts.read(query);
    if (subject === null || login?.credentialsVersion !== subject.credentialsVersion)
      throw new MfaError('invalid_token');
    const active = activeOf(snapshot.methods);
    currentMethod(login, active);
    if (login.attempts >= this.options.maxAttemptsPerChallenge) {
      throw new MfaError('attempts_exhausted');
    }
    return { subject, login, active };
  }

  private event(
    type: MfaEventType,
    subject: Subject,
    factor: string | null,
    client: ClientInfo,
  ): MfaEvent {
    return { type, subject, factor, client, at: this.clock.now() };
  }
}

/** A login dies with the method that it asks for. @throws {MfaError} `method_not_found` */
function currentMethod(login: ChallengeRecord, active: readonly MethodRecord[]): MethodRecord {
  const method = active.find((candidate) => isAlive(login, candidate));
  if (method === undefined) throw new MfaError('method_not_found');
  return method;
}
