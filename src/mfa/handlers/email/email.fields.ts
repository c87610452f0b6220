import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { BoundedText, Trimmed } from '../../contract/text-fields.js';
import { IsPlainEmailAddress, MAX_EMAIL_ADDRESS_LENGTH } from '../../kit/email-address.js';

/** What the set-up of mailed codes asks where the address is asked for. */
export class EmailFields {
  /** As it was typed; `normalizeEmailAddress` reads it. */
  @ApiProperty({
    description: 'The address that codes go to: in ASCII, and without quotes.',
    example: 'ada@example.org',
    maxLength: MAX_EMAIL_ADDRESS_LENGTH,
  })
  @Trimmed()
  @IsString()
  @BoundedText(MAX_EMAIL_ADDRESS_LENGTH)
  @IsPlainEmailAddress()
  readonly email!: string;
}
