import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { MfaError } from '../../contract/errors.js';
import {
  type DiscoverableFactor,
  type JsonObject,
  type MfaHandler,
  type Subject,
} from '../../contract/handler.js';
import { RandomSource } from '../../contract/random.js';
import { readFields } from '../../contract/read-fields.js';
import { PresentAccounts } from '../access/present-accounts.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { WrongProofs } from '../ceremony/wrong-proofs.js';
import { PasskeyTokens } from '../keys/passkey-token.js';
import { MfaOptions } from '../options/mfa.options.js';
import { DiscoveryStore } from '../ports/discoveries.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { LoginChallenges } from './login-challenges.js';
import { type LoginOutcome } from './login-outcome.js';
import { judgePasskey, PasskeyCommit, type PasskeyTrial } from './passkey-commit.js';

/** A login that waits for a passkey of anybody. */
export interface PasskeyPending {
  readonly ephemeralToken: string;
  /** `PublicKeyCredentialRequestOptionsJSON` [WebAuthn Level 3 §5.1.10]. */
  readonly challenge: JsonObject;
  readonly expiresAt: Date;
}

/** The answer of a passkey. */
export interface PasskeyRequest {
  readonly ephemeralToken: string;
  /** The fields of the handler's proof, not validated yet. */
  readonly proof: Record<string, unknown>;
  /** The host's name of this way to sign in, for {@link MfaPassed.provider}. */
  readonly provider: string;
  /**
   * Called once the proof is right, before anything is spent, for the budgets of the host. A rejection ends
   * the request, and the login stays open.
   */
  readonly admit: (subject: Subject) => Promise<void>;
}

const NONCE_BYTES = 32;

/** A handler whose authenticators may begin a login. */
type DiscoverableHandler = MfaHandler & { readonly discoverable: DiscoverableFactor };

/**
 * The login that begins with a passkey, before anybody is named. Nothing is stored until a signature holds:
 * the token carries the nonce, and the commit of the session spends it.
 */
@Injectable()
export class PasskeyLogin {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly tokens: PasskeyTokens,
    private readonly discoveries: DiscoveryStore,
    private readonly accounts: PresentAccounts,
    private readonly passkeys: PasskeyCommit,
    private readonly asking: LoginChallenges,
    private readonly wrongProofs: WrongProofs,
    private readonly options: MfaOptions,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** @throws {MfaError} `method_not_found` where no handler has passkeys */
  begin(): PasskeyPending {
    const handler = this.registry.all().find(isDiscoverable);
    if (handler === undefined) throw new MfaError('method_not_found');
    const nonce = this.random.bytes(NONCE_BYTES).toString('base64url');
    const expiresAt = this.newExpiry();
    const ephemeralToken = this.tokens.sign({ handler: handler.name, nonce }, expiresAt);
    return { ephemeralToken, challenge: handler.discoverable.challenge(nonce).response, expiresAt };
  }

  /**
   * Judges the answer of a passkey. One that verified its person at its enrolment and now is two factors, and
   * opens the session. Any other is one factor: the login goes on with another method of the subject.
   *
   * @throws {MfaError} `validation_failed`; `invalid_token`, also for a login that is over;
   * `invalid_credentials` for everything else, whatever is wrong
   */
  async verify(request: PasskeyRequest, client: ClientInfo): Promise<PasskeyOutcome> {
    const { handler, nonce } = this.claimsOf(request.ephemeralToken);
    const proof = readFields(handler.proofSchema, request.proof);
    const { realm } = handler.discoverable;
    const value = handler.discoverable.handleIn(proof);
    const subjectId = value === null ? null : await this.discoveries.subjectOf({ realm, value });
    if (subjectId === null) throw new MfaError('invalid_credentials');
    const account = await this.accounts.read({ subjectId });
    if (account.subject === null) throw new MfaError('invalid_credentials');
    const { data } = handler.discoverable.challenge(nonce);
    const { subject } = account;
    const { provider } = request;
    const judge = this.passkeys.judgeOf({ handler, subject, client, proof });
    const at = this.clock.now();
    const trial = { handler, nonce, data, subject, client, provider, judge, at };
    if ((await judgePasskey(trial, account)) === null) throw await this.refusal(trial);
    await request.admit(subject);
    const committed = await this.passkeys.commit(trial, this.newExpiry());
    if (committed === null) throw await this.refusal(trial);
    const { issued, begun, others } = committed;
    const outcome: LoginOutcome =
      issued !== null
        ? { kind: 'passed', ...issued }
        : { kind: 'pending', pending: await this.asking.ask(begun, others, client) };
    return { subject, outcome };
  }

  private claimsOf(token: string): { handler: DiscoverableHandler; nonce: string } {
    const { handler: name, nonce } = this.tokens.verify(token);
    const handler = this.registry
      .all()
      .filter(isDiscoverable)
      .find((one) => one.name === name);
    if (handler === undefined) throw new MfaError('invalid_token');
    return { handler, nonce };
  }

  /**
   * A genuine key that is refused is told, as in any login, unless its answer was given before. Garbage is not
   * told: anybody can send it.
   */
  private async refusal({ judge, nonce, ...trial }: PasskeyTrial): Promise<MfaError> {
    const { refusal: reason } = judge;
    if (reason === null) return new MfaError('invalid_credentials');
    if (await this.discoveries.isSpent(nonce)) return new MfaError('invalid_token');
    const { subject, client, at, handler } = trial;
    const detail = { purpose: 'login' as const, reason };
    const occasion = { subject, client, at, factor: handler.name, sessionId: null };
    await this.wrongProofs.record({ ...occasion, detail }, {});
    return new MfaError('invalid_credentials');
  }

  private newExpiry(): Date {
    return addSeconds(this.clock.now(), this.options.ephemeralTokenExpirySeconds);
  }
}

/** What the answer of a passkey leads to. */
export interface PasskeyOutcome {
  readonly subject: Subject;
  readonly outcome: LoginOutcome;
}

function isDiscoverable(handler: MfaHandler): handler is DiscoverableHandler {
  return handler.discoverable !== undefined;
}
