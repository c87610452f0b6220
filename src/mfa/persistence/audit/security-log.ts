import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { Statements } from '../database/statements.js';

/** One event of a user's audit, as its owner may see it. */
export interface LoggedEvent {
  /** Counts the events of one user from 1. */
  readonly seq: number;
  readonly at: Date;
  /** One of `MFA_EVENT_TYPES`; an older version's name may be among them. */
  readonly type: string;
  /** The handler's name; null where no single factor is concerned. */
  readonly factor: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Which part of a log is asked for. */
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

/** Reads the audit for the person whom it is about. */
@Injectable()
export class SecurityLog {
  constructor(private readonly statements: Statements) {}

  /** Pages do not shift by what is recorded meanwhile: events have numbers, and are only added. */
  async page(
    subjectId: string,
    { before = Number.MAX_SAFE_INTEGER, without = [], limit }: SecurityLogRequest,
  ): Promise<SecurityLogPage> {
    const rows = await this.statements.rows<Omit<LoggedEvent, 'seq'> & { readonly seq: string }>(
      // By the column and not by the text of it that is selected, where 9 comes after 10.
      sql`SELECT e.seq::text AS seq, e.at, e.type, e.factor, e.ip, e.user_agent AS "userAgent"
        FROM mfa_events e WHERE e.user_id = ${subjectId} AND e.seq < ${before}::bigint
          AND e.type <> ALL(${[...without]}::text[])
        ORDER BY e.seq DESC LIMIT ${limit + 1}`,
    );
    const events = rows.slice(0, limit).map((row) => ({ ...row, seq: Number(row.seq) }));
    return { events, next: rows.length > limit ? (events.at(-1)?.seq ?? null) : null };
  }
}
