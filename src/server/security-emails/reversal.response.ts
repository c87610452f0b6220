import { ApiProperty } from '@nestjs/swagger';
import { type UndoneChange } from '../../mfa/index.js';

/** A change that was reversed, or could not be. */
export class UndoneChangeResponse {
  @ApiProperty({ description: 'As in the security log.', example: 'method_activated' })
  type!: string;

  @ApiProperty({ type: 'string', nullable: true, example: 'app' })
  factor!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:05:00.000Z' })
  at!: string;

  @ApiProperty({ description: 'False: something else is in its place by now.' })
  is_undone!: boolean;
}

/** The result of "this was not me". */
export class ReversalResponse {
  @ApiProperty({ example: 'Your account is secured. A mail tells you what to do next.' })
  detail!: string;

  @ApiProperty({ type: [UndoneChangeResponse], description: 'The newest change first.' })
  undone!: UndoneChangeResponse[];
}

/** The body of the answer. */
export function reversalResponse(changes: readonly UndoneChange[]): ReversalResponse {
  return {
    detail: 'Your account is secured. A mail tells you what to do next.',
    undone: changes.map(({ type, factor, at, isUndone }) => ({
      type,
      factor,
      at: at.toISOString(),
      is_undone: isUndone,
    })),
  };
}
