import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { type FactoryProvider } from '@nestjs/common';
import {
  type JsonObject,
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type VerifyInput,
  type VerifyOutcome,
} from '../../contract/handler.js';
import { constantTimeEqual } from '../../kit/constant-time-equal.js';
import { RandomSource } from '../../contract/random.js';
import { PinFields } from './pin.fields.js';
import { type PinHandlerOptions } from './pin.options.js';
import { type PinState, parsePinState } from './pin.state.js';

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Slow, so that a copy of the state does not give the PIN away at once. */
const derive = promisify<string, string, number, Buffer>(scrypt);

/**
 * A PIN: the worked example of a factor that is neither sent nor shown. Like a password, it is
 * something that the person knows, so it adds nothing against an attacker who can learn the
 * password.
 */
export class PinHandler implements MfaHandler<PinState, never, PinFields, PinFields> {
  readonly name: string;
  readonly displayName: string;
  readonly amr = ['pin'];
  readonly requiresDispatch = false;
  readonly setupSchema = PinFields;
  readonly proofSchema = PinFields;
  readonly stateVersion = 1;

  /** @throws {Error} in production */
  constructor(
    private readonly random: RandomSource,
    { isProduction, name = 'pin', displayName = 'PIN' }: PinHandlerOptions,
  ) {
    this.name = name;
    this.displayName = displayName;
    if (!isProduction) return;
    throw new Error(
      `MFA handler "${name}": a PIN is an example and no second factor for production; take it off the list of handlers.`,
    );
  }

  parseState(state: unknown, version: number): PinState {
    return parsePinState(state, version);
  }

  async setup({ fields }: SetupInput<PinState, PinFields>): Promise<SetupOutcome<PinState, never>> {
    const salt = this.random.bytes(SALT_BYTES).toString('base64url');
    const hash = await derive(fields.pin, salt, HASH_BYTES);
    return { state: { salt, hash: hash.toString('base64url') }, response: {} };
  }

  async verify(input: VerifyInput<PinState, never, PinFields>): Promise<VerifyOutcome<PinState>> {
    const { state, proof } = input;
    const hash = await derive(proof.pin, state.salt, HASH_BYTES);
    const isRight = constantTimeEqual(hash, Buffer.from(state.hash, 'base64url'));
    return isRight ? { ok: true, state } : { ok: false };
  }

  describe(): JsonObject {
    return {};
  }
}

/** A {@link PinHandler}, as an entry of the module's list of handlers. */
export function pinHandler(options: PinHandlerOptions): FactoryProvider<PinHandler> {
  return {
    provide: Symbol(`PinHandler ${options.name ?? 'pin'}`),
    useFactory: (random: RandomSource) => new PinHandler(random, options),
    inject: [RandomSource],
  };
}
