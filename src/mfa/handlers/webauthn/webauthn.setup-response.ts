import { ApiProperty } from '@nestjs/swagger';

/** `setup_data` of a key: creation options as `parseCreationOptionsFromJSON` takes them. */
export class WebAuthnSetupResponse {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The relying party.' })
  readonly rp!: object;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Whom the key is for.' })
  readonly user!: object;

  @ApiProperty({ description: 'What the key signs, once; in base64url.', example: '<base64url>' })
  readonly challenge!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'Algorithms that are taken, by their COSE numbers.',
  })
  readonly pubKeyCredParams!: object[];

  @ApiProperty({ description: 'How long the browser waits, in milliseconds.', example: 300_000 })
  readonly timeout!: number;

  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'Keys that are set up already, which refuse to be again.',
  })
  readonly excludeCredentials!: object[];

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Which keys will do.' })
  readonly authenticatorSelection!: object;

  @ApiProperty({ description: 'Always `none`.', example: 'none' })
  readonly attestation!: string;
}
