import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { BoundedText, Trimmed } from '../../contract/text-fields.js';
import { IsPlainEmailAddress, MAX_EMAIL_ADDRESS_LENGTH } from '../../kit/email-address.js';

/** Enrolment fields of e-mailed codes, where the person gives the address. */
export class EmailFields {
  /** As typed; `normalizeEmailAddress` makes it uniform. */
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
