import { ApiProperty } from '@nestjs/swagger';

/** `setup_data` of a method whose codes are sent. */
export class SentCodeSetupResponse {
  @ApiProperty({
    description: 'Says that a code is on its way.',
    example: 'Email message with MFA code has been sent.',
  })
  readonly detail!: string;

  @ApiProperty({ description: 'The masked address.', example: 'a•••@example.org' })
  readonly sent_to!: string;
}
