import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsNotEmpty, IsOptional, IsString, ValidateIf } from 'class-validator';
import { BoundedText } from '../../../mfa/index.js';
import { MAX_PASSWORD_TEXT_LENGTH } from '../../identity/password-hasher.js';
import { LONGEST_EMAIL, LONGEST_USERNAME_TEXT } from '../../identity/user.entity.js';
import { EXAMPLE_PASSWORD } from '../../identity/password-rules.js';

/** Browsers send empty fields too: an empty name counts as absent when the other one is given. */
function NameField(other: 'username' | 'email'): PropertyDecorator {
  return Transform(({ value, obj }: { value: unknown; obj: Partial<Record<string, unknown>> }) => {
    const name = trimmed(value);
    return name === '' && (trimmed(obj[other]) ?? '') !== '' ? undefined : name;
  });
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

/** A user name or an address, and the password. */
export class LocalForm {
  @ApiPropertyOptional({
    description: 'Either this or `email`; this one counts where both are given.',
    example: 'alice',
  })
  @NameField('email')
  @ValidateIf((form: LocalForm) => form.username !== undefined || form.email === undefined)
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_USERNAME_TEXT)
  username?: string;

  @ApiPropertyOptional({ example: 'alice@example.org' })
  @NameField('username')
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_EMAIL)
  email?: string;

  @ApiProperty({ format: 'password', example: EXAMPLE_PASSWORD })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  password!: string;
}
