import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type Claim, type ClaimedDelivery, OutboxStore } from '../../core/events/outbox.js';
import { type OutboxRow, SealedDeliveries } from './sealed-deliveries.js';
import { Statements } from '../database/statements.js';

/** How many of the longest waiting deliveries one claim considers: this many untried ones, and this many others. */
const MOST_IN_TURNS = 500;

/** Keeps deliveries in `mfa_outbox`. */
@Injectable()
export class TypeOrmOutboxStore extends OutboxStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedDeliveries,
  ) {
    super();
  }

  async claim(claim: Claim): Promise<ClaimedDelivery[]> {
    const { consumer, maxDeliveries, now, leaseEndsAt, latestDueAt } = claim;
    const rows = await this.statements.rows<OutboxRow>(
      sql`WITH longest_waiting AS (
          (SELECT user_id, id, next_attempt_at FROM mfa_outbox
            WHERE consumer = ${consumer} AND failed_at IS NULL AND attempts = 0
            ORDER BY next_attempt_at, id LIMIT ${MOST_IN_TURNS})
          UNION ALL
          (SELECT user_id, id, next_attempt_at FROM mfa_outbox
            WHERE consumer = ${consumer} AND failed_at IS NULL AND attempts > 0
              AND (next_attempt_at <= ${now} OR next_attempt_at > ${latestDueAt})
            ORDER BY next_attempt_at, id LIMIT ${MOST_IN_TURNS})
        ), in_turns AS (
          SELECT user_id, id, row_number() OVER (PARTITION BY user_id ORDER BY next_attempt_at, id) AS turn
          FROM longest_waiting
        ), due AS (
          SELECT o.user_id, o.id FROM mfa_outbox o
          JOIN in_turns t ON t.user_id = o.user_id AND t.id = o.id
          WHERE o.failed_at IS NULL
            AND (o.next_attempt_at <= ${now} OR o.attempts = 0 OR o.next_attempt_at > ${latestDueAt})
          ORDER BY t.turn, o.next_attempt_at, o.id LIMIT ${maxDeliveries}
          FOR UPDATE OF o SKIP LOCKED
        ), claimed AS (
          UPDATE mfa_outbox o SET attempts = o.attempts + 1, next_attempt_at = ${leaseEndsAt}
          FROM due WHERE o.user_id = due.user_id AND o.id = due.id RETURNING o.*
        ) SELECT * FROM claimed ORDER BY event_seq`,
    );
    return rows.map((row) => this.deliveryOf(row));
  }

  async complete(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    await this.statements.changed(
      sql`DELETE FROM mfa_outbox o
        USING unnest(${deliveries.map(({ subjectId }) => subjectId)}::text[],
          ${deliveries.map(({ id }) => id)}::uuid[]) AS taken(user_id, id)
        WHERE o.user_id = taken.user_id AND o.id = taken.id`,
    );
  }

  async retryAt({ subjectId, id, attempts }: ClaimedDelivery, at: Date): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_outbox SET next_attempt_at = ${at}
        WHERE user_id = ${subjectId} AND id = ${id} AND attempts = ${attempts}`,
    );
  }

  async giveUp({ subjectId, id, attempts }: ClaimedDelivery, now: Date): Promise<void> {
    await this.statements.changed(
      sql`UPDATE mfa_outbox SET failed_at = ${now}
        WHERE user_id = ${subjectId} AND id = ${id} AND attempts = ${attempts}`,
    );
  }

  /** Opened one by one, so that an unreadable delivery holds up no other. */
  private deliveryOf(row: OutboxRow): ClaimedDelivery {
    const { user_id: subjectId, id, attempts, created_at: createdAt } = row;
    return { subjectId, id, attempts, createdAt, read: () => this.sealed.open(row) };
  }
}
