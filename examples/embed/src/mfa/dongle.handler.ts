import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { constantTimeEqual, type JsonObject, type MfaHandler, normalizeCode } from 'nestjs-mfa';
import { type SetupInput, type SetupOutcome } from 'nestjs-mfa';
import { type VerifyInput, type VerifyOutcome } from 'nestjs-mfa';
import { hotp } from './hotp.js';

/** Presses that may have been made in a pocket [RFC 4226 §7.4]. */
const LOOK_AHEAD_PRESSES = 10;

/** What an enrolment asks beside `method`. */
export class DongleFields {
  @ApiProperty({ example: 'FT-204417', description: 'The number on the back.' })
  @Matches(/^FT-\d{6}$/, { message: 'Enter the number on the back, such as FT-204417.' })
  readonly serial!: string;

  @ApiProperty({ description: 'The key on the packing slip: 40 hexadecimal digits.' })
  @Matches(/^[0-9a-f]{40}$/i, { message: 'Enter the 40 hexadecimal digits of the key.' })
  readonly key!: string;
}

/** What a sign-in asks. */
export class DongleProof {
  @ApiProperty({ example: '755224', description: 'What the display shows after one press.' })
  @IsString()
  @MaxLength(64)
  readonly press!: string;
}

export interface DongleState {
  readonly serial: string;
  /** In hexadecimal. The library stores states encrypted. */
  readonly key: string;
  /** The first press that has not been used, nor passed over. */
  readonly counter: number;
}

/** A dongle with a button and a display: each press shows the next code of a counter. */
@Injectable()
export class DongleHandler implements MfaHandler<DongleState, never, DongleFields, DongleProof> {
  readonly name = 'dongle';
  readonly displayName = 'Dongle';
  readonly amr = ['hwk', 'otp'];
  readonly requiresDispatch = false;
  readonly setupSchema = DongleFields;
  readonly proofSchema = DongleProof;
  readonly stateVersion = 1;

  parseState(payload: unknown, version: number): DongleState {
    const { serial, key, counter } = (payload ?? {}) as Partial<DongleState>;
    const isState =
      typeof serial === 'string' && typeof key === 'string' && typeof counter === 'number';
    if (version === 1 && isState) return { serial, key, counter };
    throw new Error('This is not the state of a dongle.');
  }

  async setup({
    fields,
  }: SetupInput<DongleState, DongleFields>): Promise<SetupOutcome<DongleState, never>> {
    return { state: { ...fields, counter: 0 }, response: { serial: fields.serial } };
  }

  async verify({
    state,
    proof,
  }: VerifyInput<DongleState, never, DongleProof>): Promise<VerifyOutcome<DongleState>> {
    const press = Buffer.from(normalizeCode(proof.press));
    const key = Buffer.from(state.key, 'hex');
    for (let ahead = 0; ahead < LOOK_AHEAD_PRESSES; ahead += 1) {
      const counter = state.counter + ahead;
      if (constantTimeEqual(press, Buffer.from(hotp(key, counter)))) {
        return { ok: true, state: { ...state, counter: counter + 1 } };
      }
    }
    return { ok: false };
  }

  describe({ serial }: DongleState): JsonObject {
    return { serial };
  }
}
