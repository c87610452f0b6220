import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { MAX_REFRESH_TOKEN_LENGTH } from '../sessions/refresh-tokens.js';
import { MAX_SESSION_TOKEN_LENGTH } from '../sessions/session-jwt.js';

/** A refresh token. One that is too long is invalid like any other. */
export class RefreshBody {
  @ApiProperty({ maxLength: MAX_REFRESH_TOKEN_LENGTH, example: 'CGs3…' })
  @IsString()
  @IsNotEmpty()
  refresh!: string;
}

/** An access token to verify. */
export class VerifyTokenBody {
  @ApiProperty({ maxLength: MAX_SESSION_TOKEN_LENGTH, example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;
}
