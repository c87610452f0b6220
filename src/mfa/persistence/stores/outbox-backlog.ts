import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { Statements } from '../database/statements.js';

/** Bounds the count: a queue of this length is long, however long. */
const MOST_COUNTED = 10_000;

/** Unfinished deliveries of events to consumers. */
export interface Backlog {
  /** Still tried, up to 10 000. */
  readonly waiting: number;
  /** Given up and not yet deleted by retention, up to 10 000. */
  readonly givenUp: number;
}

/** Counts the outbox, for observability. */
@Injectable()
export class OutboxBacklog {
  constructor(private readonly statements: Statements) {}

  /** Reads only the two partial indexes. */
  async count(): Promise<Backlog> {
    const [counts] = await this.statements.rows<Backlog>(
      sql`SELECT
        (SELECT count(*)::int FROM (SELECT FROM mfa_outbox WHERE failed_at IS NULL
          LIMIT ${MOST_COUNTED}) w) AS waiting,
        (SELECT count(*)::int FROM (SELECT FROM mfa_outbox WHERE failed_at IS NOT NULL
          LIMIT ${MOST_COUNTED}) g) AS "givenUp"`,
    );
    return counts ?? { waiting: 0, givenUp: 0 };
  }
}
