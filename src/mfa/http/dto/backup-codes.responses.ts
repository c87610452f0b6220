import { ApiProperty } from '@nestjs/swagger';
import { type BackupCodeCount } from '../../core/ports/stores.js';

/** The number of remaining backup codes. */
export class BackupCodeCountResponse {
  @ApiProperty({ type: 'integer', example: 4 }) readonly remaining: number;
  @ApiProperty({ type: 'integer', description: 'The size of the whole set.', example: 5 })
  readonly total: number;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-31T08:00:00Z',
  })
  readonly created_at: string | null;

  constructor({ remaining, total, createdAt }: BackupCodeCount) {
    this.remaining = remaining;
    this.total = total;
    this.created_at = createdAt?.toISOString() ?? null;
  }
}

/** A new set of backup codes. */
export class BackupCodesResponse {
  @ApiProperty({ type: [String], description: 'Shown this once.', example: ['<backup code>'] })
  readonly backup_codes!: readonly string[];
}
