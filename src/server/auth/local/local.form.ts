import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, ValidateIf } from 'class-validator';
import { BoundedText } from '../../../mfa/index.js';
import { MAX_PASSWORD_TEXT_LENGTH } from '../../users/password-hasher.js';
import { LONGEST_EMAIL, LONGEST_USERNAME_TEXT } from '../../users/user.entity.js';

/** Who, and the password. */
export class LocalForm {
  @ApiPropertyOptional({
    description: 'Either this or `email`; this one counts where both are given.',
    example: 'alice',
  })
  @ValidateIf((form: LocalForm) => form.username !== undefined || form.email === undefined)
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_USERNAME_TEXT)
  username?: string;

  @ApiPropertyOptional({ example: 'alice@example.org' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_EMAIL)
  email?: string;

  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  password!: string;
}
