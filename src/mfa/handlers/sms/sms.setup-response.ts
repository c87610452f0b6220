import { ApiProperty } from '@nestjs/swagger';

/** `setup_data` of text messages. */
export class SmsSetupResponse {
  @ApiProperty({
    description: 'Says that a code is on its way.',
    example: 'SMS verification code has been sent to your phone.',
  })
  readonly detail!: string;

  @ApiProperty({ description: 'The masked number.', example: '•••23' })
  readonly sent_to!: string;
}
