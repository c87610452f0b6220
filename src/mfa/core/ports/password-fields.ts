import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../contract/text-fields.js';

/** Stands for the handler of a challenge that asks for the password. No handler may have this name. */
export const PASSWORD = 'password';

/** UTF-16 units: enough for 1024 composed characters, and cheap to hash. */
export const LONGEST_PASSWORD = 4096;

/** The proof of a subject without a second factor. */
export class PasswordFields {
  @ApiProperty({ format: 'password', maxLength: LONGEST_PASSWORD, example: '<password>' })
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_PASSWORD)
  readonly password!: string;
}
