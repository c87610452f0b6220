import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsNotEmpty, IsString, Matches } from 'class-validator';
import { IsPlainEmailAddress } from '../../../mfa/index.js';
import { PASSWORD_LENGTH } from '../../users/password-rules.js';

/** Counts characters as PostgreSQL does; `MaxLength` counts others. */
const AT_MOST_150 = /^.{0,150}$/su;

const USERNAME = /^[\p{L}\p{N}_.@+-]*$/u;

/** A new account. */
export class RegistrationBody {
  @ApiProperty({ maxLength: 150, example: 'alice' })
  // As it will be stored: one character may become several.
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFKC') : value,
  )
  @IsString()
  @IsNotEmpty()
  @Matches(AT_MOST_150, { message: 'Ensure this field has no more than 150 characters.' })
  @Matches(USERNAME, {
    message:
      'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
  })
  username!: string;

  @ApiProperty({ format: 'email', maxLength: 254, example: 'alice@example.org' })
  @IsString()
  @IsPlainEmailAddress()
  email!: string;

  @ApiProperty({
    format: 'password',
    minLength: PASSWORD_LENGTH.least,
    maxLength: PASSWORD_LENGTH.greatest,
    example: 'correct horse battery staple',
  })
  @IsString()
  @IsNotEmpty()
  password!: string;
}
