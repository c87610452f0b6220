import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { Statements } from '../database/statements.js';

/** One event of a user's audit, as its owner may see it. */
export interface LoggedEvent {
  /** Counts the events of one user from 1. */
  readonly seq: number;
  readonly at: Date;
  /** One of `MFA_EVENT_TYPES`, or a type that an older version wrote. */
  readonly type: string;
  /** The handler's name; null where no single factor is concerned. */
  readonly factor: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** The part of a log that is asked for. */
export interface SecurityLogRequest {
  /** Events with a smaller number than this; absent: from the newest on. */
  readonly before?: number;
  /** Types that are left out; absent: none. */
  readonly without?: readonly string[];
  /** Events at most, at least 1. */
  readonly limit: number;
}

/** A part of a log, newest first. */
export interface SecurityLogPage {
  readonly events: readonly LoggedEvent[];
  /** {@link SecurityLogRequest.before} of the next page; null: this is the last one. */
  readonly next: number | null;
}

/** Reads the audit of a person for that person. */
@Injectable()
export class SecurityLog {
  constructor(private readonly statements: Statements) {}

  /** New events do not shift the pages: events are numbered, and only ever added. */
  async page(
    subjectId: string,
    { before = Number.MAX_SAFE_INTEGER, without = [], limit }: SecurityLogRequest,
  ): Promise<SecurityLogPage> {
    const rows = await this.statements.rows<Omit<LoggedEvent, 'seq'> & { readonly seq: string }>(
      // Sorts by the column, not by the selected text, in which 9 follows 10.
      sql`SELECT e.seq::text AS seq, e.at, e.type, e.factor, e.ip, e.user_agent AS "userAgent"
        FROM mfa_events e WHERE e.user_id = ${subjectId} AND e.seq < ${before}::bigint
          AND e.type <> ALL(${[...without]}::text[])
        ORDER BY e.seq DESC LIMIT ${limit + 1}`,
    );
    const events = rows.slice(0, limit).map((row) => ({ ...row, seq: Number(row.seq) }));
    return { events, next: rows.length > limit ? (events.at(-1)?.seq ?? null) : null };
  }
}
