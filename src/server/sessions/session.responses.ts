import { ApiProperty } from '@nestjs/swagger';
import { type Standing } from '../../mfa/index.js';
import { type Session } from './session.entity.js';

/** One live session. */
export class SessionResponse {
  @ApiProperty({ format: 'uuid', example: '0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11' })
  id!: string;

  @ApiProperty({ description: 'Whether it is the session of this very request.' })
  current!: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:00:00.000Z' })
  created_at!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it was last renewed.',
    example: '2026-11-23T08:30:00.000Z',
  })
  last_used_at!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it ends unless it is renewed.',
    example: '2026-11-30T08:30:00.000Z',
  })
  expires_at!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'From where the sign-in came.',
    example: '192.0.2.1',
  })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Mozilla/5.0' })
  user_agent!: string | null;

  @ApiProperty({
    type: [String],
    description: 'What the proofs show that still count [RFC 8176].',
    example: ['pwd'],
  })
  amr!: string[];

  @ApiProperty({
    format: 'date-time',
    description: 'When the last proof was given that `amr` stands on.',
    example: '2026-11-22T12:00:00.000Z',
  })
  auth_time!: string;

  @ApiProperty({ description: 'Type and `id` of the first factor.', example: 'local:local' })
  provider!: string;
}

/** A session as its owner sees it. */
export function sessionResponse(
  session: Session,
  { amr, authenticatedAt }: Standing,
  currentId: string | null,
): SessionResponse {
  return {
    id: session.id,
    current: session.id === currentId,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    ip: session.ip,
    user_agent: session.userAgent,
    amr: [...amr],
    auth_time: (authenticatedAt ?? session.createdAt).toISOString(),
    provider: session.provider,
  };
}
