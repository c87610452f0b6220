import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsObject, IsString } from 'class-validator';
import { type JsonObject } from '../../../mfa/index.js';

/** A login that waits for a passkey. */
export class PasskeyChallengeResponse {
  @ApiProperty({ description: 'Names this login to `login/passkey/verify/`.', example: 'eyJ…' })
  ephemeral_token!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: '`PublicKeyCredentialRequestOptionsJSON`. Every passkey of the site may answer.',
    example: {
      rpId: 'example.org',
      challenge: '<base64url>',
      timeout: 300_000,
      allowCredentials: [],
      userVerification: 'required',
    },
  })
  challenge!: JsonObject;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:15:00.000Z' })
  expires_at!: string;
}

/** The answer of a passkey. */
export class PasskeyBody {
  @ApiProperty({
    description: '`ephemeral_token` of `login/passkey/`.',
    example: '<ephemeral_token of login/passkey>',
    maxLength: 1024,
  })
  @IsString()
  @IsNotEmpty()
  ephemeral_token!: string;

  @ApiProperty({
    description: 'What `navigator.credentials.get()` answered, as its `toJSON()` gives it.',
    type: 'object',
    additionalProperties: true,
    example: { id: '<base64url>', rawId: '<base64url>', type: 'public-key', response: {} },
  })
  @IsObject()
  credential!: object;
}
