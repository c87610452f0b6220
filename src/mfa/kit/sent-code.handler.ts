import { type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  type ChallengeInput,
  type ChallengeOutcome,
  type JsonObject,
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type Subject,
  type VerifyInput,
  type VerifyOutcome,
} from '../contract/handler.js';
import { CodeProof } from '../contract/code-proof.js';
import { type RandomSource } from '../contract/random.js';
import { type SentCodeData, type SentCodeState, parseSentCodeState } from './sent-code.state.js';
import { SentCodes, type SentCodesOptions } from './sent-codes.js';

/** `setup_data` of a method whose codes are sent. */
class SentCodeSetupResponse {
  @ApiProperty({
    description: 'Says that a code is on its way.',
    example: 'Email message with MFA code has been sent.',
  })
  readonly detail!: string;

  @ApiProperty({ description: 'The masked address.', example: 'a•••@example.org' })
  readonly sent_to!: string;
}

/** The properties of one handler of sent codes. */
export interface SentCodeProfile extends SentCodesOptions {
  readonly displayName: string;
  /** Method references [RFC 8176 §2]. Default `['otp']`. */
  readonly amr?: readonly string[];
  /** `detail` of the answer to a set-up. It says that a code is on its way. */
  readonly setupDetail: string;
}

/** One code to deliver to one person. */
export interface SentCode {
  readonly subject: Subject;
  /** The full destination. */
  readonly address: string;
  readonly code: string;
  readonly lifetimeSeconds: number;
  /** When the person asked for it. */
  readonly requestedAt: Date;
}

/**
 * Base of the handlers that send a random code to an address. It draws, stores, times and judges the
 * code. A subclass chooses the address, masks it and delivers the code.
 *
 * @typeParam Fields the class of the set-up fields, if there are any
 */
export abstract class SentCodeHandler<Fields extends object = object> implements MfaHandler<
  SentCodeState,
  SentCodeData,
  Fields,
  CodeProof
> {
  readonly name: string;
  readonly displayName: string;
  readonly amr: readonly string[];
  readonly requiresDispatch = true;
  readonly proofSchema = CodeProof;
  readonly setupResponseSchema: Type<object> = SentCodeSetupResponse;
  readonly stateVersion = 1;
  private readonly setupDetail: string;
  /** Draws and judges the codes of this handler. */
  protected readonly codes: SentCodes;

  /** @throws {Error} if the length or the lifetime of a code is out of range */
  constructor(profile: SentCodeProfile, random: RandomSource) {
    this.name = profile.name;
    this.displayName = profile.displayName;
    this.amr = profile.amr ?? ['otp'];
    this.setupDetail = profile.setupDetail;
    this.codes = new SentCodes(profile, random);
  }

  /**
   * The address for this enrolment: one of the subject's, or a set-up field.
   *
   * @throws {MfaError} `validation_failed` if there is none
   */
  protected abstract addressFor(input: SetupInput<SentCodeState, Fields>): string;

  /** The masked address. Everybody who knows the password may see it. */
  protected abstract mask(address: string): string;

  /** Gives one code to the carrier. A rejection is answered as `delivery_failed`. */
  protected abstract deliver(sent: SentCode): Promise<void>;

  parseState(state: unknown, version: number): SentCodeState {
    return parseSentCodeState(state, version);
  }

  async setup(
    input: SetupInput<SentCodeState, Fields>,
  ): Promise<SetupOutcome<SentCodeState, SentCodeData>> {
    const state = { address: this.addressFor(input) };
    const { response, ...sending } = await this.challenge({ ...input, states: [state] });
    return { ...sending, state, response: { detail: this.setupDetail, ...response } };
  }

  async challenge(input: ChallengeInput<SentCodeState>): Promise<ChallengeOutcome<SentCodeData>> {
    const { subject, states, now } = input;
    const { address } = states[0];
    const { code, data } = this.codes.draw(now);
    const { lifetimeSeconds } = this.codes;
    const sent = { subject, address, code, lifetimeSeconds, requestedAt: now };
    const send = () => this.deliver(sent);
    return { data, response: this.describe(states[0]), delivery: { addresses: [address], send } };
  }

  async verify(
    input: VerifyInput<SentCodeState, SentCodeData, CodeProof>,
  ): Promise<VerifyOutcome<SentCodeState>> {
    const { state, data, proof, now } = input;
    const isRight = this.codes.accepts({ data, code: proof.code, now });
    return isRight ? { ok: true, state } : { ok: false };
  }

  sendsTo({ address }: SentCodeState): readonly string[] {
    return [address];
  }

  describe(state: SentCodeState): JsonObject {
    return { sent_to: this.mask(state.address) };
  }
}
