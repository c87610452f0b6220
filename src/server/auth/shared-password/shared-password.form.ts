import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';

/** The shared secret, and nothing else. */
export class SharedPasswordForm {
  @ApiProperty({ format: 'password', example: 'the password on the fridge' })
  @IsString()
  @IsNotEmpty()
  password!: string;
}
