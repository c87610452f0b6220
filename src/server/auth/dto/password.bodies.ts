import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { PASSWORD_LENGTH } from '../../users/password-rules.js';

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
  new_password!: string;
}

/** The present password, and a new one. */
export class PasswordChangeBody extends NewPasswordBody {
  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  @IsString()
  @IsNotEmpty()
  old_password!: string;
}

/** Whose password was forgotten. */
export class PasswordResetBody {
  @ApiProperty({ format: 'email', example: 'alice@example.org' })
  @IsString()
  @IsNotEmpty()
  email!: string;
}

/** The token of the mail, and a new password. */
export class PasswordResetConfirmBody extends NewPasswordBody {
  @ApiProperty({ example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;

  @ApiPropertyOptional({
    format: 'password',
    description:
      'The password of before: asked for where "this was not me" has left no second factor.',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  old_password?: string;
}
