import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type MfaEvent } from '../../core/ports/events.js';
import { EventStore } from '../../core/ports/event-store.js';
import { EventRows } from './event-rows.js';
import { alsoInsert, insertRow, onceWritten, updateRow } from './fragments.js';
import { Statements } from '../database/statements.js';

/** Appends to `mfa_events`. */
@Injectable()
export class TypeOrmEventStore extends EventStore {
  constructor(
    private readonly statements: Statements,
    private readonly eventRows: EventRows,
  ) {
    super();
  }

  async append(
    events: readonly MfaEvent[],
    {
      rows: inserts = [],
      rowUpdates = [],
      transaction,
    }: NonNullable<Parameters<EventStore['append']>[1]> = {},
  ): Promise<void> {
    const rows = [
      ...inserts.map((row) => insertRow(row)),
      ...rowUpdates.map((row) => updateRow(row, sql`true`)),
    ];
    const written = alsoInsert(rows);
    const eventRows = this.eventRows.insert(events, sql`WHERE ${onceWritten(rows)}`);
    await this.statements.rows(
      sql`WITH begun AS (SELECT 1)${written}, ${eventRows} SELECT 1 FROM begun`,
      transaction,
    );
  }
}
