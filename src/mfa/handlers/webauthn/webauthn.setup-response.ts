import { ApiProperty } from '@nestjs/swagger';

/** Who asks for the key. */
export class WebAuthnRelyingParty {
  @ApiProperty({ example: 'example.org' }) readonly id!: string;
  @ApiProperty({ example: 'Example' }) readonly name!: string;
}

/** Whom the key is for. */
export class WebAuthnUser {
  @ApiProperty({ description: 'The user handle, in base64url.', example: '<base64url>' })
  readonly id!: string;
  @ApiProperty({ example: 'alice' }) readonly name!: string;
  @ApiProperty({ example: 'alice' }) readonly displayName!: string;
}

/** An algorithm that is taken. */
export class WebAuthnCredentialParameter {
  @ApiProperty({ enum: ['public-key'] }) readonly type!: 'public-key';
  @ApiProperty({ type: 'integer', description: 'Its COSE number.', example: -7 })
  readonly alg!: number;
}

/** A key that is known. */
export class WebAuthnCredentialDescriptor {
  @ApiProperty({ enum: ['public-key'] }) readonly type!: 'public-key';
  @ApiProperty({ description: 'In base64url.', example: '<base64url>' }) readonly id!: string;
  @ApiProperty({ type: [String], example: ['usb'] }) readonly transports!: readonly string[];
}

/** Which keys will do. */
export class WebAuthnAuthenticatorSelection {
  @ApiProperty({ enum: ['discouraged', 'preferred', 'required'] }) readonly residentKey!: string;
  @ApiProperty({ example: false }) readonly requireResidentKey!: boolean;
  @ApiProperty({ enum: ['discouraged', 'preferred', 'required'] })
  readonly userVerification!: string;
}

/** What the browser is to say of the new key. */
export class WebAuthnExtensions {
  @ApiProperty({ description: 'Whether it can be found without a user name.', example: true })
  readonly credProps!: boolean;
}

/** `setup_data` of a key: creation options as `parseCreationOptionsFromJSON` takes them. */
export class WebAuthnSetupResponse {
  @ApiProperty({ type: WebAuthnRelyingParty })
  readonly rp!: WebAuthnRelyingParty;

  @ApiProperty({ type: WebAuthnUser })
  readonly user!: WebAuthnUser;

  @ApiProperty({ description: 'What the key signs, once; in base64url.', example: '<base64url>' })
  readonly challenge!: string;

  @ApiProperty({ type: [WebAuthnCredentialParameter], description: 'The one liked best first.' })
  readonly pubKeyCredParams!: readonly WebAuthnCredentialParameter[];

  @ApiProperty({
    type: 'integer',
    description: 'How long the browser waits, in milliseconds.',
    example: 300_000,
  })
  readonly timeout!: number;

  @ApiProperty({
    type: [WebAuthnCredentialDescriptor],
    description: 'Keys that are set up already, which refuse to be again.',
  })
  readonly excludeCredentials!: readonly WebAuthnCredentialDescriptor[];

  @ApiProperty({ type: WebAuthnAuthenticatorSelection })
  readonly authenticatorSelection!: WebAuthnAuthenticatorSelection;

  @ApiProperty({ enum: ['none'] })
  readonly attestation!: string;

  @ApiProperty({ type: WebAuthnExtensions })
  readonly extensions!: WebAuthnExtensions;
}
