import { ApiProperty } from '@nestjs/swagger';

/** `setup_data` of an authenticator app: three ways to hand it the same secret. */
export class AppSetupResponse {
  @ApiProperty({
    description: 'The otpauth URI, for a link or a QR code of your own.',
    example: 'otpauth://totp/<application>:<user>?secret=<base 32>&issuer=<application>',
  })
  readonly qr_link!: string;

  @ApiProperty({
    description: 'The same URI as a QR code: a PNG image in a data URI.',
    example: 'data:image/png;base64,<image>',
  })
  readonly qr_code!: string;

  @ApiProperty({
    description: 'The key to type into an app that cannot scan, in base 32.',
    example: '<base 32>',
  })
  readonly secret!: string;
}
