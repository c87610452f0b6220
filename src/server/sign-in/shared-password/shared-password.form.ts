import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../../mfa/index.js';
import { MAX_PASSWORD_TEXT_LENGTH } from '../../identity/password-hasher.js';

/** The shared secret, and nothing else. */
export class SharedPasswordForm {
  @ApiProperty({ format: 'password', example: 'the password on the fridge' })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  password!: string;
}
