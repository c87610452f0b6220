import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type MfaEvent } from '../../core/ports/events.js';
import { EventStore } from '../../core/ports/event-store.js';
import { type DisplacedRow, EventRows, recorded } from './event-rows.js';
import { alsoInsert, displace, insertRow, onceWritten, updateRow } from './fragments.js';
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
      displacement,
      transaction,
    }: NonNullable<Parameters<EventStore['append']>[1]> = {},
  ): Promise<readonly MfaEvent[]> {
    const rows = [
      ...inserts.map((row) => insertRow(row)),
      ...rowUpdates.map((row) => updateRow(row, sql`true`)),
    ];
    const written = alsoInsert(rows);
    const eventRows = this.eventRows.insert(events, onceWritten(rows), { displacement });
    const [row] = await this.statements.rows<DisplacedRow>(
      sql`WITH begun AS (SELECT 1)${written}${displace(displacement, sql`true`)}, ${eventRows}
        SELECT displaced.count FROM displaced`,
      transaction,
    );
    return recorded(events, displacement, row);
  }
}
