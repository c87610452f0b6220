import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The members of every problem [RFC 9457 §3]. */
export class ProblemDetails {
  @ApiProperty({ description: 'A URI that stands for the code.', format: 'uri' })
  readonly type!: string;
  @ApiProperty({ description: 'Short, and the same for every occurrence.' })
  readonly title!: string;
  @ApiProperty({ type: 'integer', description: 'The HTTP status.' }) readonly status!: number;
  @ApiProperty({ description: 'What a client may show a person.' }) readonly detail!: string;
  @ApiProperty({ description: 'The path of the request.' }) readonly instance!: string;
  @ApiProperty({ description: 'Machine readable; never renamed.' }) readonly code!: string;
  @ApiPropertyOptional({
    description: 'Texts by the name of the field at fault.',
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
  })
  readonly errors?: Record<string, string[]>;
  @ApiPropertyOptional({ type: 'integer', description: 'Seconds to wait, as in `Retry-After`.' })
  readonly retry_after?: number;
  @ApiPropertyOptional({
    type: 'integer',
    description: 'Attempts that the challenge still allows.',
  })
  readonly attempts_left?: number;
  @ApiPropertyOptional({
    type: 'integer',
    description: 'Seconds that a proof may be old, as in `WWW-Authenticate`.',
  })
  readonly max_age?: number;
  @ApiPropertyOptional({ description: 'The weakest `acr` that will do, as in `WWW-Authenticate`.' })
  readonly acr_values?: string;
  @ApiPropertyOptional({ description: 'Quote it when you report the failure.' })
  readonly trace_id?: string;
}
