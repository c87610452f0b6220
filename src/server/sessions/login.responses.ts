import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type JsonObject, TrustedDeviceResponse } from '../../mfa/index.js';
import { SessionTokensResponse } from './session-tokens.response.js';
import { UserResponse } from '../identity/user.response.js';

/** The tokens of a new session, and its user. */
export class NewSessionResponse extends SessionTokensResponse {
  @ApiProperty({ type: UserResponse })
  user!: UserResponse;

  @ApiPropertyOptional({
    type: TrustedDeviceResponse,
    description:
      'Only of a device that is remembered. The token takes the place of the one before.',
  })
  trusted_device?: TrustedDeviceResponse;
}

/** The result of a step-up: the session and its refresh token stay. */
export class RenewedAccessResponse {
  @ApiProperty({ description: 'Opens the API, as `Authorization: Bearer`.', example: 'eyJ…' })
  access!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:05:00.000Z' })
  access_expiration!: string;
}

/** Signed in: no further factor is needed. */
export class SignedInResponse extends NewSessionResponse {
  @ApiProperty({ enum: [false], description: 'No second step is due.' })
  mfa_enabled!: false;
}

/** A second factor on offer. */
export class OfferedMethodResponse {
  @ApiProperty({ example: 'app' })
  name!: string;

  @ApiProperty({ example: 'Authenticator app' })
  display_name!: string;
}

/** Not signed in yet: a second factor is needed. */
export class SecondFactorResponse {
  @ApiProperty({ description: 'Names this login to `login/verify/`.', example: 'eyJ…' })
  ephemeral_token!: string;

  @ApiProperty({ description: 'The method that is asked for.', example: 'app' })
  method!: string;

  @ApiProperty({ enum: [true] })
  mfa_enabled!: true;

  @ApiProperty({ type: [OfferedMethodResponse] })
  methods!: OfferedMethodResponse[];

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:15:00.000Z' })
  expires_at!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'What the method shows the client. Without a code it is `{delivery: "failed"}`, or, where one was sent a moment ago for another request, `{delivery: "wait", retry_after, detail}`: offer the resend after so many seconds.',
    example: { sent_to: 'a•••@example.org' },
  })
  challenge!: JsonObject | null;
}
