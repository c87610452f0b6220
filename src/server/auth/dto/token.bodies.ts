import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';

/** The refresh token of the session that is meant. */
export class RefreshBody {
  @ApiProperty({ example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  refresh!: string;
}

/** An access token to be checked. */
export class VerifyTokenBody {
  @ApiProperty({ example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;
}
