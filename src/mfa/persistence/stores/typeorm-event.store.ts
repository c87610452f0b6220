import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type MfaEvent } from '../../core/events.js';
import { type RowInsert } from '../../core/host-rows.js';
import { EventStore, type Transaction } from '../../core/stores.js';
import { EventRows } from './event-rows.js';
import { alsoInsert, insertRow, onceWritten } from './fragments.js';
import { Statements } from './statements.js';

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
    options: { readonly rows?: readonly RowInsert[]; readonly transaction?: Transaction } = {},
  ): Promise<void> {
    const rows = (options.rows ?? []).map((row) => insertRow(row));
    const written = alsoInsert(rows);
    const eventRows = this.eventRows.insert(events, sql`WHERE ${onceWritten(rows)}`);
    await this.statements.rows(
      sql`WITH begun AS (SELECT 1)${written}, ${eventRows} SELECT 1 FROM begun`,
      options.transaction,
    );
  }
}
