import { ApiProperty } from '@nestjs/swagger';

/** `setup_data` of notifications. */
export class NotifySetupResponse {
  @ApiProperty({
    description: 'Says that a code is on its way.',
    example: 'A verification code has been sent.',
  })
  readonly detail!: string;

  @ApiProperty({
    description: 'The names of the destinations.',
    example: ['Family channel'],
    type: [String],
  })
  readonly sent_to!: readonly string[];
}
