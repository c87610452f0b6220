import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, ValidateIf } from 'class-validator';

/** Who, and the password. */
export class LocalForm {
  @ApiPropertyOptional({
    description: 'Either this or `email`; this one counts where both are given.',
    example: 'alice',
  })
  @ValidateIf((form: LocalForm) => form.username !== undefined || form.email === undefined)
  @IsString()
  @IsNotEmpty()
  username?: string;

  @ApiPropertyOptional({ example: 'alice@example.org' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  email?: string;

  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  @IsString()
  @IsNotEmpty()
  password!: string;
}
