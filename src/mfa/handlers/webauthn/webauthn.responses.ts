import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What a list shows of a key after its enrolment. */
export class WebAuthnDetails {
  @ApiPropertyOptional({ description: 'In base64url.', example: '<base64url>' })
  readonly credential_id?: string;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'Signatures that the key has counted; 0 for those that do not count.',
    example: 7,
  })
  readonly sign_count?: number;

  @ApiPropertyOptional({
    enum: ['singleDevice', 'multiDevice'],
    description: '`multiDevice` for a key that may be copied to other devices of its owner.',
  })
  readonly device_type?: string;

  @ApiPropertyOptional({ description: 'Whether there was a copy when it was used last.' })
  readonly backed_up?: boolean;

  @ApiPropertyOptional({
    type: [String],
    description: 'How browsers reach the key.',
    example: ['usb'],
  })
  readonly transports?: readonly string[];

  @ApiPropertyOptional({
    description: 'The model of the key as it says itself; zeroes where it does not.',
    example: '00000000-0000-0000-0000-000000000000',
  })
  readonly aaguid?: string;

  @ApiPropertyOptional({
    description:
      'Whether the key verified its person when it was registered; false where that was not recorded.',
  })
  readonly user_verified?: boolean;

  @ApiPropertyOptional({
    description:
      'Whether the key can be found without a user name. Absent where the browser did not say.',
  })
  readonly is_passkey?: boolean;
}

/**
 * What a page passes to `PublicKeyCredential.signalAllAcceptedCredentials()` after a key was
 * renamed or removed, so that a password manager drops keys that are gone [WebAuthn Level 3
 * §5.1.10].
 */
export class WebAuthnSignal {
  @ApiProperty({ description: '`rpId` of the signal.', example: 'example.org' })
  readonly rp_id!: string;

  @ApiProperty({ description: '`userId` of the signal, in base64url.', example: '<base64url>' })
  readonly user_handle!: string;

  @ApiProperty({
    type: [String],
    description: '`allAcceptedCredentialIds` of the signal: the keys that are left, in base64url.',
    example: ['<base64url>'],
  })
  readonly credential_ids!: readonly string[];
}
