import {
  type FactoryProvider,
  Inject,
  Injectable,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import {
  type ChallengeInput,
  type ChallengeOutcome,
  type DiscoverableFactor,
  type JsonObject,
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type VerifyInput,
  type VerifyOutcome,
} from '../../contract/handler.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { RandomSource } from '../../contract/random.js';
import { creationOptions, requestOptions } from './browser-options.js';
import { judgeAssertion, judgeRegistration, PRESENCE } from './judge.js';
import { userHandleOf } from './user-handle.js';
import { webAuthnServer, type WebAuthnServer } from './webauthn-server.js';
import {
  type ResolvedWebAuthnOptions,
  resolveWebAuthnOptions,
  WEBAUTHN_HANDLER_OPTIONS,
  type WebAuthnHandlerOptions,
} from './webauthn.options.js';
import { WebAuthnDetails, WebAuthnSignal } from './webauthn.responses.js';
import { WebAuthnProof } from './webauthn.proof.js';
import { WebAuthnSetupResponse } from './webauthn.setup-response.js';
import {
  describeCredential,
  parseWebAuthnState,
  WEBAUTHN_STATE_VERSION,
  type WebAuthnState,
} from './webauthn.state.js';

/**
 * The stored data of one challenge. It names the ceremony, so that a registration cannot answer the
 * challenge of an assertion, nor the reverse.
 */
export type WebAuthnData =
  | {
      readonly ceremony: 'registration';
      /** Random, in base64url. */
      readonly challenge: string;
      /** Ids of the credentials enrolled before: none is enrolled twice. */
      readonly taken: readonly string[];
    }
  | {
      readonly ceremony: 'authentication';
      readonly challenge: string;
      /** Present where the login begins with the key. */
      readonly requiresVerification?: true;
    };

/** Twice the minimum [WebAuthn Level 3 §13.4.3]. */
const CHALLENGE_BYTES = 32;

/** More than one person carries, yet few enough for a login to try each. */
const MAX_AUTHENTICATORS = 10;

type Setup = SetupOutcome<WebAuthnState, WebAuthnData>;
type SignalInput = Parameters<NonNullable<MfaHandler<WebAuthnState>['signal']>>[0];
type Verification = VerifyInput<WebAuthnState, WebAuthnData, WebAuthnProof>;

/**
 * Security keys and passkeys as a second factor [WebAuthn Level 3]: a registration proves an
 * enrolment, an assertion a login. Needs the package `@simplewebauthn/server`.
 */
@Injectable()
export class WebAuthnHandler
  implements MfaHandler<WebAuthnState, WebAuthnData, object, WebAuthnProof>, OnModuleInit
{
  readonly name: string;
  readonly displayName: string;
  readonly amr: readonly string[] = PRESENCE;
  readonly requiresDispatch = false;
  /** The proof is a signature over a random challenge of {@link CHALLENGE_BYTES}. */
  readonly isGuessable = false;
  readonly maxAuthenticators = MAX_AUTHENTICATORS;
  readonly proofSchema = WebAuthnProof;
  readonly setupResponseSchema = WebAuthnSetupResponse;
  readonly detailsSchema = WebAuthnDetails;
  readonly signalSchema = WebAuthnSignal;
  readonly stateVersion = WEBAUTHN_STATE_VERSION;
  readonly discoverable: DiscoverableFactor<WebAuthnData, WebAuthnProof>;
  private readonly options: ResolvedWebAuthnOptions;

  /** @throws {Error} when the options are missing, or one of them is invalid */
  constructor(
    defaults: HandlerDefaults,
    private readonly random: RandomSource,
    @Optional() @Inject(WEBAUTHN_HANDLER_OPTIONS) options?: WebAuthnHandlerOptions,
  ) {
    this.options = resolveWebAuthnOptions(options, defaults);
    this.name = this.options.name;
    this.displayName = this.options.displayName;
    this.discoverable = discoverableBy(this.options);
  }

  /** Stops the start of a host that lacks the package. @throws {Error} that says what to install */
  async onModuleInit(): Promise<void> {
    await webAuthnServer.loadFor(this.name);
  }

  parseState(state: unknown, version: number): WebAuthnState {
    return parseWebAuthnState(state, version);
  }

  async setup({ subject, enrolled }: SetupInput<WebAuthnState, object>): Promise<Setup> {
    const challenge = this.newChallenge();
    const credentials = credentialsOf(enrolled);
    return {
      state: { credential: null },
      data: { ceremony: 'registration', challenge, taken: credentials.map(({ id }) => id) },
      response: creationOptions(this.options, subject, { challenge, credentials }),
    };
  }

  async challenge({
    states,
  }: ChallengeInput<WebAuthnState>): Promise<ChallengeOutcome<WebAuthnData>> {
    const challenge = this.newChallenge();
    return {
      data: { ceremony: 'authentication', challenge },
      response: requestOptions(this.options, { challenge, credentials: credentialsOf(states) }),
    };
  }

  async verify(input: Verification): Promise<VerifyOutcome<WebAuthnState>> {
    const server = await webAuthnServer.loadFor(this.name);
    try {
      return await this.judge(server, input);
    } catch {
      // The package throws when an answer is invalid.
      return { ok: false };
    }
  }

  describe(state: WebAuthnState): JsonObject {
    return describeCredential(state);
  }

  signal({ subject, states }: SignalInput): JsonObject {
    const { rpId } = this.options;
    return {
      rp_id: rpId,
      user_handle: userHandleOf(subject, rpId),
      credential_ids: credentialsOf(states).map(({ id }) => id),
    };
  }

  private newChallenge(): string {
    return this.random.bytes(CHALLENGE_BYTES).toString('base64url');
  }

  private async judge(
    server: WebAuthnServer,
    { subject, state: { credential }, data, proof }: Verification,
  ): Promise<VerifyOutcome<WebAuthnState>> {
    const { credential: answer } = proof;
    const { options } = this;
    // A person does not mean to sign in within a frame on somebody else's page.
    if (data === null || isFramed(server, answer.response)) return { ok: false };
    const requiresVerification = 'requiresVerification' in data;
    const judgement = { server, options, challenge: data.challenge, requiresVerification, answer };
    const userHandle = userHandleOf(subject, options.rpId);
    if (data.ceremony === 'registration') {
      const binding = { taken: data.taken, userHandle };
      return credential === null ? judgeRegistration(judgement, binding) : { ok: false };
    }
    if (credential === null) return { ok: false };
    return judgeAssertion(judgement, credential, userHandle);
  }
}

/** Any passkey of the relying party may answer, if it verifies its person. */
function discoverableBy(
  options: ResolvedWebAuthnOptions,
): DiscoverableFactor<WebAuthnData, WebAuthnProof> {
  const verifying = { ...options, userVerification: 'required' as const };
  return {
    realm: options.rpId,
    challenge: (nonce) => ({
      data: { ceremony: 'authentication', challenge: nonce, requiresVerification: true },
      response: requestOptions(verifying, { challenge: nonce, credentials: [] }),
    }),
    handleIn: ({ credential: { response } }) =>
      'signature' in response ? response.userHandle || null : null,
  };
}

function isFramed(
  { decodeClientDataJSON }: WebAuthnServer,
  { clientDataJSON }: { readonly clientDataJSON: string },
): boolean {
  return decodeClientDataJSON(clientDataJSON).crossOrigin === true;
}

function credentialsOf(states: readonly WebAuthnState[]) {
  return states.flatMap(({ credential }) => credential ?? []);
}

/** A {@link WebAuthnHandler} with options of its own, as an entry of the module's list of handlers. */
export function webauthnHandler(options: WebAuthnHandlerOptions): FactoryProvider<WebAuthnHandler> {
  return {
    provide: Symbol(`WebAuthnHandler ${options.name ?? 'webauthn'}`),
    useFactory: (defaults: HandlerDefaults, random: RandomSource) =>
      new WebAuthnHandler(defaults, random, options),
    inject: [HandlerDefaults, RandomSource],
  };
}
