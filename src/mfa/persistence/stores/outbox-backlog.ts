import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { Statements } from '../database/statements.js';

/** A longer queue is not counted to its end: that it is long is known by then. */
const MOST_COUNTED = 10_000;

/** Deliveries of events to consumers that are not done. */
export interface Backlog {
  /** Still tried, up to 10 000. */
  readonly waiting: number;
  /** Given up, and not yet cleaned up, up to 10 000. */
  readonly givenUp: number;
}

/** How much waits in the outbox, for those who watch a server. */
@Injectable()
export class OutboxBacklog {
  constructor(private readonly statements: Statements) {}

  /** Reads the two partial indexes alone. */
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
