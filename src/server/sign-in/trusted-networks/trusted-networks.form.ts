import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText, Trimmed } from '../../../mfa/index.js';
import { LONGEST_USERNAME_TEXT } from '../../identity/user.entity.js';

/** Who someone wants to be. */
export class TrustedNetworksForm {
  @ApiProperty({ example: 'alice' })
  @Trimmed()
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_USERNAME_TEXT)
  username!: string;
}
