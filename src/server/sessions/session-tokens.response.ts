import { ApiProperty } from '@nestjs/swagger';
import { type SessionTokens } from './session-tokens.js';

/** The tokens of a session as clients see them. */
export class SessionTokensResponse {
  @ApiProperty({ description: 'Opens the API, as `Authorization: Bearer`.', example: 'eyJ…' })
  access!: string;

  @ApiProperty({
    description: 'Opaque. Renews the session, at `token/refresh/`; send the newest that you have.',
    example: 'CGs3…',
  })
  refresh!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:05:00.000Z' })
  access_expiration!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-29T12:00:00.000Z' })
  refresh_expiration!: string;
}

/** The body of a response with tokens. */
export function sessionTokensResponse(
  tokens: SessionTokens,
): Record<keyof SessionTokensResponse, string> {
  return {
    access: tokens.access,
    refresh: tokens.refresh,
    access_expiration: tokens.accessExpiresAt.toISOString(),
    refresh_expiration: tokens.refreshExpiresAt.toISOString(),
  };
}
