import {
  type FactoryProvider,
  Inject,
  Injectable,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import {
  type JsonObject,
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type VerifyInput,
  type VerifyOutcome,
} from '../../contract/handler.js';
import { CodeProof } from '../../contract/code-proof.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { normalizeCode } from '../../contract/normalize-text.js';
import { RandomSource } from '../../contract/random.js';
import {
  APP_HANDLER_OPTIONS,
  type AppHandlerOptions,
  type ResolvedAppOptions,
  resolveAppOptions,
} from './app.options.js';
import { AppSetupResponse } from './app.setup-response.js';
import {
  APP_STATE_VERSION,
  type AppState,
  MOST_USED_STEPS,
  type TotpAlgorithm,
  parseAppState,
} from './app.state.js';
import { qrCodePackage } from './qr-code.js';
import { totpPackage } from './totp.js';

/** As long as the hash's output [RFC 4226 §4, RFC 6238 §5.1]. */
const SECRET_BYTES: Readonly<Record<TotpAlgorithm, number>> = { SHA1: 20, SHA256: 32, SHA512: 64 };

/** More than one person carries, yet few enough for a login to try each. */
const MAX_AUTHENTICATORS = 10;

/**
 * Authenticator apps: time-based one-time passwords [RFC 6238]. Needs the packages `otplib` and
 * `qrcode`.
 */
@Injectable()
export class AppHandler implements MfaHandler<AppState, never, object, CodeProof>, OnModuleInit {
  readonly name: string;
  readonly displayName: string;
  readonly amr = ['otp'];
  readonly requiresDispatch = false;
  readonly maxAuthenticators = MAX_AUTHENTICATORS;
  readonly proofSchema = CodeProof;
  readonly setupResponseSchema = AppSetupResponse;
  readonly setupTopLevel = ['qr_code'];
  readonly stateVersion = APP_STATE_VERSION;
  private readonly options: ResolvedAppOptions;

  /** @throws {Error} when an option, or a default that stands in for one, is out of range */
  constructor(
    defaults: HandlerDefaults,
    private readonly random: RandomSource,
    @Optional() @Inject(APP_HANDLER_OPTIONS) options: AppHandlerOptions = {},
  ) {
    this.options = resolveAppOptions(options, defaults);
    this.name = this.options.name;
    this.displayName = this.options.displayName;
  }

  /** Stops the start of a host that lacks a package. @throws {Error} that says what to install */
  async onModuleInit(): Promise<void> {
    await Promise.all([totpPackage.loadFor(this.name), qrCodePackage.loadFor(this.name)]);
  }

  parseState(state: unknown, version: number): AppState {
    return parseAppState(state, version);
  }

  async setup(input: SetupInput<AppState, object>): Promise<SetupOutcome<AppState, never>> {
    const { algorithm, digits, periodSeconds, issuer } = this.options;
    const totp = await totpPackage.loadFor(this.name);
    const drawQrCode = await qrCodePackage.loadFor(this.name);
    const secret = totp.encodeSecret(this.random.bytes(SECRET_BYTES[algorithm]));
    const state: AppState = { secret, algorithm, digits, periodSeconds, usedSteps: [] };
    const qrLink = totp.otpauthUri(state, issuer, accountOf(input));
    const qrCode = await drawQrCode(qrLink);
    return { state, response: { qr_link: qrLink, qr_code: qrCode, secret } };
  }

  async verify(input: VerifyInput<AppState, never, CodeProof>): Promise<VerifyOutcome<AppState>> {
    const { state, proof, now } = input;
    const code = normalizeCode(proof.code);
    if (code.length !== state.digits || !/^\d+$/.test(code)) return { ok: false };
    const { windowSteps } = this.options;
    const totp = await totpPackage.loadFor(this.name);
    const match = { state, code, now, windowSteps };
    const step = await totp.matchingStep(match);
    if (step === null)
      return (await totp.isUsed(match)) ? { ok: false, wasUsed: true } : { ok: false };
    const usedSteps = [...state.usedSteps, step].slice(-MOST_USED_STEPS);
    return { ok: true, state: { ...state, usedSteps } };
  }

  describe({ algorithm, digits, periodSeconds }: AppState): JsonObject {
    return { algorithm, digits, period: periodSeconds };
  }
}

/** An app replaces an entry of the same name, so the label is part of the name. */
function accountOf({ subject, label }: SetupInput<AppState, object>): string {
  const { displayName } = subject;
  return label === undefined ? displayName : `${label} ${displayName}`;
}

/** An {@link AppHandler} with options of its own, as an entry of the module's list of handlers. */
export function appHandler(options: AppHandlerOptions): FactoryProvider<AppHandler> {
  return {
    provide: Symbol(`AppHandler ${options.name ?? 'app'}`),
    useFactory: (defaults: HandlerDefaults, random: RandomSource) =>
      new AppHandler(defaults, random, options),
    inject: [HandlerDefaults, RandomSource],
  };
}
