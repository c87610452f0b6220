import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../contract/text-fields.js';
import { MAX_PHONE_NUMBER_LENGTH } from '../../kit/phone-number.js';

/** Enrolment fields of text messages. */
export class SmsFields {
  /** As typed; `normalizePhoneNumber` makes it uniform. */
  @ApiProperty({
    description:
      'The number, with a plus sign and the code of the country. Blanks, dashes and brackets in it do not matter.',
    example: '+1 555 010 0123',
    format: 'tel',
    maxLength: MAX_PHONE_NUMBER_LENGTH,
  })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PHONE_NUMBER_LENGTH)
  readonly phone_number!: string;
}
