import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsNotEmpty, IsString, Matches } from 'class-validator';
import { BoundedText, IsPlainEmailAddress, Trimmed } from '../../mfa/index.js';
import { MAX_PASSWORD_TEXT_LENGTH } from '../identity/password-hasher.js';
import { normalizeUsername } from '../identity/names.js';
import { LONGEST_EMAIL, LONGEST_USERNAME } from '../identity/user.entity.js';
import { EXAMPLE_PASSWORD, PASSWORD_LENGTH } from '../identity/password-rules.js';

/** Counts code points, as PostgreSQL does; `MaxLength` counts UTF-16 units. */
const AT_MOST_150 = /^.{0,150}$/su;

const USERNAME = /^[\p{L}\p{N}_.@+-]*$/u;

/** A new account. */
export class RegistrationBody {
  @ApiProperty({ maxLength: LONGEST_USERNAME, example: 'alice' })
  // Normalised as it will be stored: one character may become several. The checks below apply to
  // the result.
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (normalizeUsername(value) ?? value) : value,
  )
  @IsString()
  @IsNotEmpty()
  @Matches(AT_MOST_150, { message: 'Ensure this field has no more than 150 characters.' })
  @Matches(USERNAME, {
    message:
      'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
  })
  username!: string;

  @ApiProperty({ format: 'email', maxLength: LONGEST_EMAIL, example: 'alice@example.org' })
  @Trimmed()
  @IsString()
  @IsPlainEmailAddress()
  email!: string;

  @ApiProperty({
    format: 'password',
    minLength: PASSWORD_LENGTH.least,
    maxLength: PASSWORD_LENGTH.greatest,
    example: EXAMPLE_PASSWORD,
  })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  password!: string;
}
