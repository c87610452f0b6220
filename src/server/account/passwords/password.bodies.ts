import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { BoundedText, Trimmed } from '../../../mfa/index.js';
import { MAX_SESSION_TOKEN_LENGTH } from '../../sessions/session-jwt.js';
import { MAX_PASSWORD_TEXT_LENGTH } from '../../identity/password-hasher.js';
import { LONGEST_EMAIL } from '../../identity/user.entity.js';
import { EXAMPLE_PASSWORD, PASSWORD_LENGTH } from '../../identity/password-rules.js';

/** A new password. */
class NewPasswordBody {
  @ApiProperty({
    format: 'password',
    minLength: PASSWORD_LENGTH.least,
    maxLength: PASSWORD_LENGTH.greatest,
    example: 'purple monkey dishwasher',
  })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  new_password!: string;
}

/** The present password, and a new one. */
export class PasswordChangeBody extends NewPasswordBody {
  @ApiProperty({
    format: 'password',
    maxLength: MAX_PASSWORD_TEXT_LENGTH,
    example: EXAMPLE_PASSWORD,
  })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  old_password!: string;
}

/** The person whose password was forgotten. */
export class PasswordResetBody {
  @ApiProperty({ format: 'email', maxLength: LONGEST_EMAIL, example: 'alice@example.org' })
  @Trimmed()
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_EMAIL)
  email!: string;
}

/** The token of the mail, and a new password. A token that is too long fails like any other bad token. */
export class PasswordResetConfirmBody extends NewPasswordBody {
  @ApiProperty({ maxLength: MAX_SESSION_TOKEN_LENGTH, example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;

  @ApiPropertyOptional({
    format: 'password',
    maxLength: MAX_PASSWORD_TEXT_LENGTH,
    description:
      'The former password, which is needed if "this was not me" has left no second factor.',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  old_password?: string;
}
