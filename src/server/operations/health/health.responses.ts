import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The process answers. */
export class LivenessResponse {
  @ApiProperty({ enum: ['ok'] })
  readonly status!: 'ok';
}

/** The process may be sent requests. */
export class ReadinessResponse {
  @ApiProperty({ enum: ['ok', 'degraded'] })
  readonly status!: 'ok' | 'degraded';

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { status: { type: 'string' } },
      required: ['status'],
    },
    description: 'By the name of what was looked at; absent where all is well.',
  })
  readonly details?: Readonly<Record<string, { readonly status: string }>>;
}
