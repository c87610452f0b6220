import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type MfaEvent } from '../../core/ports/events.js';
import { EventStore } from '../../core/ports/event-store.js';
import { type DisplacedRow, EventRows, recorded } from './event-rows.js';
import {
  alsoInsert,
  displace,
  insertRow,
  onceWritten,
  presentRows,
  updateRow,
} from './fragments.js';
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
    const isBegun = sql`EXISTS (SELECT 1 FROM begun)`;
    const rows = [
      ...inserts.map((row) => insertRow(row, sql`WHERE ${isBegun}`)),
      ...rowUpdates.map((row) => updateRow(row, isBegun)),
    ];
    const written = alsoInsert(rows);
    const isWritten = sql`${isBegun} AND ${onceWritten(rows)}`;
    const eventRows = this.eventRows.insert(events, isWritten, { displacement });
    const [row] = await this.statements.rows<DisplacedRow>(
      sql`WITH begun AS (${presentRows(rowUpdates)})${written}${displace(displacement, isBegun)}, ${eventRows}
        SELECT displaced.count FROM begun CROSS JOIN displaced`,
      transaction,
    );
    if (row === undefined) return [];
    return recorded(events, displacement, row);
  }
}
