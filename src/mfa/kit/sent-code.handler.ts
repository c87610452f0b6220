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

/** What tells one handler of sent codes from another. */
export interface SentCodeProfile extends SentCodesOptions {
  readonly displayName: string;
  /** RFC 8176 values. Default `['otp']`. */
  readonly amr?: readonly string[];
  /** `detail` of the answer to a set-up: says that a code is on its way. */
  readonly setupDetail: string;
}

/** One code on its way to one person. */
export interface SentCode {
  readonly subject: Subject;
  /** The full destination. */
  readonly address: string;
  readonly code: string;
  readonly lifetimeSeconds: number;
  /** When it was asked for. */
  readonly requestedAt: Date;
}

/**
 * Base of handlers whose factor is a random code sent to an address: it draws, keeps, times and
 * judges the code. A subclass says where the address comes from, how it looks when masked, and how
 * a code gets there.
 *
 * @typeParam Fields the class of the set-up fields, where set-up asks for some
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
  /** What draws and judges the codes of this handler. */
  protected readonly codes: SentCodes;

  /** @throws {Error} when the length or the lifetime of a code is out of range */
  constructor(profile: SentCodeProfile, random: RandomSource) {
    this.name = profile.name;
    this.displayName = profile.displayName;
    this.amr = profile.amr ?? ['otp'];
    this.setupDetail = profile.setupDetail;
    this.codes = new SentCodes(profile, random);
  }

  /**
   * The address that this enrolment shall be bound to: one of the subject's, or a set-up field.
   *
   * @throws {MfaError} `validation_failed` when there is none
   */
  protected abstract addressFor(input: SetupInput<SentCodeState, Fields>): string;

  /** The address as it may be shown to whoever knows the password. */
  protected abstract mask(address: string): string;

  /** Hands one code to the carrier. A rejection is answered as `delivery_failed`. */
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
