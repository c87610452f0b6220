import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { type LoggedEvent, MFA_EVENT_TYPES, type SecurityLogPage } from '../../mfa/index.js';

const MOST_EVENTS = 100;

/** The part of the log that is asked for. */
export class SecurityLogQuery {
  @ApiPropertyOptional({
    description: '`next` of the page before; absent: the newest events.',
    maxLength: 15,
  })
  @IsOptional()
  @Matches(/^[1-9]\d{0,14}$/, { message: 'Take `next` of the page before.' })
  readonly cursor?: string;

  @ApiPropertyOptional({
    description: `Events on a page, 1 to ${MOST_EVENTS}.`,
    default: '20',
    maxLength: 3,
  })
  @IsOptional()
  @Matches(/^([1-9]\d?|100)$/, { message: `A whole number from 1 to ${MOST_EVENTS} is required.` })
  readonly limit?: string;

  @ApiPropertyOptional({
    description:
      '`false` leaves out the sign-ins that were refused before a first factor was proven.',
    enum: ['true', 'false'],
    default: 'true',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'Take `true` or `false`.' })
  readonly failed_logins?: string;
}

/** One event of the log. */
export class SecurityLogEntry {
  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:00:00.000Z' })
  at!: string;

  @ApiProperty({
    description: `What happened: ${MFA_EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
  })
  type!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The method; null where no single one is concerned.',
    example: 'app',
  })
  factor!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '192.0.2.1' })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Mozilla/5.0' })
  user_agent!: string | null;

  @ApiPropertyOptional({
    description:
      'Of `login_failed` alone: how many refusals the line stands for, all of one network in one hour; with `ip` null, of all further networks. The line has the time of the first.',
    example: 12,
  })
  times?: number;
}

/** A page of the log, newest first. */
export class SecurityLogResponse {
  @ApiProperty({ type: [SecurityLogEntry] })
  results!: SecurityLogEntry[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null on the last one.',
    example: '41',
  })
  next!: string | null;
}

/** A page as clients see it. */
export function securityLogResponse(
  { events, next }: SecurityLogPage,
  times: ReadonlyMap<number, number>,
): SecurityLogResponse {
  return {
    results: events.map((event) => entryOf(event, times.get(event.seq))),
    next: next === null ? null : String(next),
  };
}

function entryOf(
  { at, type, factor, ip, userAgent }: LoggedEvent,
  times: number | undefined,
): SecurityLogEntry {
  const entry = { at: at.toISOString(), type, factor, ip, user_agent: userAgent };
  return times === undefined ? entry : { ...entry, times };
}
