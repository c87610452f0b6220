import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type Principal, proofsOf } from '../access/actor.js';
import { PresentAccounts } from '../access/present-accounts.js';
import {
  countingProofs,
  MAX_SESSION_PROOFS,
  proofsThatMatter,
  type SessionProof,
  withoutSecondFactor,
  withProof,
} from '../ports/assurance.js';
import { Ceremony } from '../ceremony/ceremony.js';
import { undoableSeconds } from '../reversal/changes.js';
import { type CeremonyStart, ChallengeService } from '../ceremony/challenge.service.js';
import { type EphemeralClaims, EphemeralTokens } from '../keys/ephemeral-token.js';
import { MfaError } from '../../contract/errors.js';
import { type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type MfaPending } from './login-outcome.js';
import { type ClientInfo, vouch } from '../ports/mfa-passed.js';
import { choicesOf, keptProof, type OfferedMethod, offersOf } from '../ceremony/offered-method.js';
import { PASSWORD } from '../ports/password-fields.js';
import { activeOf } from '../ceremony/policy.js';
import { HostPorts } from '../ports/host-ports.js';
import { type LiveSession, type PasswordProof } from '../ports/ports.js';
import { answerOf, type IssuedResponse } from './issued-response.js';
import {
  type ChallengeRecord,
  type MethodSnapshot,
  type NewChallenge,
  type Transaction,
} from '../ports/stores.js';

/** The proof of a step-up, with the challenge that asked for it. */
interface Shown {
  readonly challenge: ChallengeRecord;
  readonly proof: SessionProof;
}

/** A session that is renewed. */
interface Renewal {
  readonly subject: Subject;
  /** What older proofs are judged by. */
  readonly present: MethodSnapshot;
  readonly client: ClientInfo;
  /** With its older proofs. */
  readonly session: LiveSession;
}

/** Gives an open session a fresh proof [RFC 9470]. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly host: HostPorts,
    private readonly accounts: PresentAccounts,
    private readonly registry: HandlerRegistry,
    private readonly challengeService: ChallengeService,
    private readonly ceremony: Ceremony,
    private readonly ephemeralTokens: EphemeralTokens,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks the signed-in subject for a proof: of the named method, else of the primary one; of the password
   * where no method is active.
   *
   * @throws {MfaError} `token_not_valid`, `method_unknown`, `method_not_found`; `forbidden` where
   * there is neither a method nor a password to prove, and for a session with too many proofs
   */
  async begin(
    principal: Principal,
    handler: string | undefined,
    client: ClientInfo,
  ): Promise<MfaPending> {
    const { sessionId } = principal;
    const present = await this.accounts.signedIn(principal);
    const { subject } = present;
    const proofs = this.keptProofs(proofsOf(principal), present);
    const start = { purpose: 'step_up' as const, subject, proofs, provider: null, sessionId };
    const active = activeOf(present.methods);
    const offers = active.length === 0 ? [] : offersOf(active, this.registry);
    const chosen = this.choose(offers, handler);
    const { challenge, shown } =
      chosen === null
        ? { challenge: await this.openForPassword(start), shown: null }
        : await this.challengeService.open(start, chosen, client);
    return {
      ephemeralToken: this.ephemeralTokens.sign(challenge, 'step_up'),
      method: challenge.handler,
      methods: chosen === null ? [THE_PASSWORD] : choicesOf(offers),
      expiresAt: challenge.expiresAt,
      challenge: shown,
    };
  }

  /**
   * Judges the proof and issues the token that says so.
   *
   * @returns what the host's issuer made
   * @throws {MfaError} `invalid_token`, also when the session is over, and as {@link Ceremony.prove}
   */
  async verify(
    claims: EphemeralClaims,
    proof: Record<string, unknown>,
    client: ClientInfo,
  ): Promise<IssuedResponse> {
    const { subjectId, challengeId: id } = claims;
    const key = { subjectId, id };
    const query = { subjectId, challenge: { id, now: this.clock.now() } };
    const { subject, snapshot: present, challenge } = await this.accounts.read(query);
    if (subject === null) throw new MfaError('invalid_token');
    let known = challenge && (await this.sessionNow(challenge));
    const asked =
      challenge?.handler === PASSWORD
        ? { judgedBy: this.passwords(), acceptsBackupCode: false, wrongProofDetail: WRONG_PASSWORD }
        : { judgedBy: this.registry.all(), acceptsBackupCode: true, wrongProofDetail: WRONG_CODE };
    const request = { ...asked, subject, key, purpose: 'step_up' as const, proof, client };
    return this.ceremony.prove(request, async (proven) => {
      const own = proven.attempt.challenge;
      // A try that follows a lost race reads them anew.
      const session = known ?? (await this.sessionNow(own));
      known = null;
      const kept = keptProof(proven, subject, this.registry);
      const renewal = { subject, present, client, session };
      const issued = await this.issue(renewal, { challenge: own, proof: kept });
      const conclusion = { ...issued, events: ['stepped_up'] as const, result: answerOf(issued) };
      if (session.version !== undefined) return conclusion;
      const stillHolds = async (transaction: Transaction) =>
        isDeepStrictEqual(await this.sessionNow(own, transaction), session);
      return { ...conclusion, stillHolds };
    });
  }

  private async openForPassword(start: CeremonyStart): Promise<NewChallenge> {
    this.passwords();
    return this.challengeService.openForPassword(start);
  }

  /** @throws {MfaError} `forbidden` where the host knows no passwords */
  private passwords(): PasswordProof {
    const { passwords } = this.host;
    if (passwords === null) throw new MfaError('forbidden');
    return passwords;
  }

  /** The proofs that the session keeps. None makes room for another: a reversal may find it by any of them. */
  private keptProofs(all: readonly SessionProof[], present: MethodSnapshot): SessionProof[] {
    const since = addSeconds(this.clock.now(), -undoableSeconds(this.options));
    const proofs = proofsThatMatter(all, present, since);
    if (proofs.length < MAX_SESSION_PROOFS) return proofs;
    throw new MfaError('forbidden', { detail: 'This session is full of proofs: sign in again.' });
  }

  /** @returns null for the password: without an active method there is nothing else to prove */
  private choose(
    offers: readonly OfferedMethod[],
    handler: string | undefined,
  ): OfferedMethod | null {
    const [primary] = offers;
    if (primary === undefined && (handler ?? PASSWORD) === PASSWORD) return null;
    if (primary !== undefined && handler === undefined) return primary;
    const asked = this.registry.get(String(handler));
    const chosen = offers.find((offer) => offer.handler === asked);
    if (chosen === undefined) throw new MfaError('method_not_found');
    return chosen;
  }

  /**
   * The session now, with the proofs of later step-ups. Where the host does not tell, with those that it had
   * when this step-up began.
   *
   * @throws {MfaError} `invalid_token` for a session that is over
   */
  private async sessionNow(
    { subjectId, sessionId, proofs }: ChallengeRecord,
    transaction?: Transaction,
  ): Promise<LiveSession> {
    if (sessionId === null || this.host.sessions === null) return { proofs };
    const session = await this.host.sessions.find({ subjectId, sessionId }, transaction);
    if (session === null) throw new MfaError('invalid_token');
    return session;
  }

  private issue({ subject, present, client, session }: Renewal, { challenge, proof }: Shown) {
    const { sessionId, provider } = challenge;
    const all = this.keptProofs(session.proofs, present);
    // The password is asked for only where no method is active.
    const earlier = proof.methodId === null ? withoutSecondFactor(all) : all;
    // What no longer counts is kept: a reversal finds the session by it, if the authenticator was a thief's.
    const proofs = withProof(earlier, proof);
    const counting = withProof(countingProofs(earlier, present), proof);
    const { version: sessionVersion = null } = session;
    const renewed = { purpose: 'step_up' as const, sessionId, sessionVersion };
    return this.host.tokens.issue(
      vouch({ ...renewed, subject, provider, proofs, client }, counting),
    );
  }
}

const WRONG_CODE = 'Invalid code';
const WRONG_PASSWORD = 'Invalid password';
const THE_PASSWORD = { name: PASSWORD, displayName: 'Password' };
