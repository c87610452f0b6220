import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { ActorSubjects, type Principal } from './actor.js';
import { Ceremony } from './ceremony.js';
import { Challenger } from './challenger.js';
import { type EphemeralClaims, EphemeralTokens } from './ephemeral-token.js';
import { MfaError } from './errors.js';
import { type JsonObject, type Subject } from './handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { type MfaPending } from './login.service.js';
import { type ClientInfo, vouch } from './mfa-passed.js';
import { choicesOf, type OfferedMethod, offersOf } from './offered-method.js';
import { PasswordCeremony } from './password-ceremony.js';
import { PASSWORD } from './password-fields.js';
import { offered } from './policy.js';
import { HostPorts } from './ports.js';
import { type ChallengeRecord, ChallengeStore, MethodStore } from './stores.js';

/** What a proof for a step-up showed. */
interface Shown {
  readonly challenge: ChallengeRecord;
  readonly amr: readonly string[];
  readonly at: Date;
}

/** A fresh proof for a session that is open already [RFC 9470]. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly host: HostPorts,
    private readonly actors: ActorSubjects,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    private readonly challenger: Challenger,
    private readonly ceremony: Ceremony,
    private readonly passwords: PasswordCeremony,
    private readonly ephemeralTokens: EphemeralTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks who is signed in for a proof: of the primary method, or of the one that is named; of the
   * password where no method is active.
   *
   * @throws {MfaError} `token_not_valid`, `method_unknown`, `method_not_found`; `forbidden` where
   * there is neither a method nor a password to prove
   */
  async begin(
    principal: Principal,
    name: string | undefined,
    client: ClientInfo,
  ): Promise<MfaPending> {
    const subject = await this.actors.subjectOf(principal);
    const { sessionId, amr } = principal;
    const opening = { purpose: 'step_up' as const, subject, amr, provider: null, sessionId };
    const active = offered(await this.methods.list(subject.id));
    const offers = active.length === 0 ? [] : offersOf(active, this.registry);
    const chosen = this.choose(offers, name);
    const { challenge, shown } =
      chosen === null
        ? { challenge: await this.passwords.open(opening), shown: null }
        : await this.challenger.open(opening, chosen, client);
    return {
      ephemeralToken: await this.ephemeralTokens.sign(challenge, 'step_up'),
      method: challenge.handler,
      methods: chosen === null ? [THE_PASSWORD] : choicesOf(offers),
      expiresAt: challenge.expiresAt,
      challenge: shown,
    };
  }

  /**
   * Judges the proof and mints the token that says so.
   *
   * @returns the body that the host's issuer made
   * @throws {MfaError} as {@link Ceremony.prove}
   */
  async verify(
    claims: EphemeralClaims,
    proof: Record<string, unknown>,
    client: ClientInfo,
  ): Promise<JsonObject> {
    const subject = await this.host.subjects.find(claims.subjectId);
    if (!subject?.isEnabled) throw new MfaError('invalid_token');
    const key = { subjectId: subject.id, id: claims.challengeId };
    const request = { subject, key, proof, client };
    let body: JsonObject = {};
    const conclude = async (shown: Shown) => {
      const { body: issued, ...written } = await this.issue(subject, shown, client);
      body = issued;
      return { ...written, events: ['stepped_up' as const] };
    };
    const challenge = await this.challenges.findOpen(key, this.clock.now());
    if (challenge?.handler === PASSWORD) {
      await this.passwords.prove(request, conclude);
    } else {
      const proofRequest = {
        ...request,
        purpose: 'step_up' as const,
        handlers: this.registry.all(),
        acceptsBackupCode: true,
        wrongProofDetail: 'Invalid code',
      };
      await this.ceremony.prove(proofRequest, ({ attempt, amr, at }) =>
        conclude({ challenge: attempt.challenge, amr: [...amr, 'mfa'], at }),
      );
    }
    return body;
  }

  /** @returns null for the password: without an active method there is nothing else to prove */
  private choose(offers: readonly OfferedMethod[], name: string | undefined): OfferedMethod | null {
    const [primary] = offers;
    if (primary === undefined && (name ?? PASSWORD) === PASSWORD) return null;
    if (primary !== undefined && name === undefined) return primary;
    const handler = this.registry.get(String(name));
    const chosen = offers.find((offer) => offer.handler === handler);
    if (chosen === undefined) throw new MfaError('method_not_found');
    return chosen;
  }

  private issue(subject: Subject, { challenge, amr, at }: Shown, client: ClientInfo) {
    const { sessionId, provider } = challenge;
    const passed = vouch({
      purpose: 'step_up',
      subject,
      sessionId,
      provider,
      // What the session had proven before stays proven.
      amr: [...new Set([...challenge.amr, ...amr])],
      authenticatedAt: at,
      client,
    });
    return this.host.tokens.issue(passed);
  }
}

const THE_PASSWORD = { name: PASSWORD, displayName: 'Password' };
