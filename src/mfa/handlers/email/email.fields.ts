import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IsPlainEmailAddress, MAX_EMAIL_ADDRESS_LENGTH } from '../../kit/email-address.js';

/** What the set-up of mailed codes asks where the address is asked for. */
export class EmailFields {
  /** As it was typed; `normalizeEmailAddress` reads it. */
  @ApiProperty({
    description: 'The address that codes go to: in ASCII, and without quotes.',
    example: 'ada@example.org',
  })
  @IsString()
  @MaxLength(MAX_EMAIL_ADDRESS_LENGTH, {
    message: `Ensure this field has no more than ${MAX_EMAIL_ADDRESS_LENGTH} characters.`,
  })
  @IsPlainEmailAddress()
  readonly email!: string;
}
