import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../contract/text-fields.js';

/** In the place of a handler's name where the password is asked for; no handler may be called so. */
export const PASSWORD = 'password';

/** UTF-16 units: enough for 1024 characters however they are composed, and little to hash. */
export const LONGEST_PASSWORD = 4096;

/** The proof of a subject without a second factor. */
export class PasswordFields {
  @ApiProperty({ format: 'password', maxLength: LONGEST_PASSWORD, example: '<password>' })
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_PASSWORD)
  readonly password!: string;
}
