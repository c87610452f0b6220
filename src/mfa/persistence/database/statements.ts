import { Injectable } from '@nestjs/common';
import sql, { type Sql } from 'sql-template-tag';
import { type EntityManager } from 'typeorm';
import { type Transaction } from '../../core/ports/stores.js';
import { AccountLine } from './account-line.js';
import { HostDatabase } from './host-database.js';

/** Runs SQL, inside the core's transaction if there is one. */
@Injectable()
export class Statements {
  constructor(
    private readonly host: HostDatabase,
    private readonly line: AccountLine,
  ) {}

  /** The rows that a statement returns. Their type follows from the statement, so the caller states it. */
  async rows<Row>(statement: Sql, transaction?: Transaction): Promise<Row[]> {
    const manager =
      transaction === undefined ? this.host.dataSource.manager : entityManagerOf(transaction);
    const rows: Row[] = await manager.query(statement.text, statement.values);
    return rows;
  }

  /**
   * As {@link rows}, for a statement that locks rows of an account. Outside a transaction it waits
   * in the account's line for a connection.
   *
   * @throws {MfaError} as {@link AccountLine.run}
   */
  async rowsBehindLock<Row>(
    subjectId: string,
    statement: Sql,
    transaction?: Transaction,
  ): Promise<Row[]> {
    if (transaction !== undefined) return this.rows<Row>(statement, transaction);
    return this.line.run(subjectId, () => this.rows<Row>(statement));
  }

  /** As {@link rowsBehindLock}, for work that must not be refused: it waits for as long as it takes. */
  async rowsUnrefused<Row>(subjectId: string, statement: Sql): Promise<Row[]> {
    return this.line.run(subjectId, () => this.rows<Row>(statement), 'unbounded');
  }

  /** How many rows an INSERT, UPDATE or DELETE without RETURNING changed. */
  async changed(statement: Sql, transaction?: Transaction): Promise<number> {
    return countIn(await this.rows<Counted>(counting(statement), transaction));
  }

  /** As {@link changed} and {@link rowsBehindLock}. */
  async changedBehindLock(
    subjectId: string,
    statement: Sql,
    transaction?: Transaction,
  ): Promise<number> {
    const counted = counting(statement);
    return countIn(await this.rowsBehindLock<Counted>(subjectId, counted, transaction));
  }
}

interface Counted {
  readonly count: number;
}

function counting(statement: Sql): Sql {
  return sql`WITH changed AS (${statement} RETURNING 1) SELECT count(*)::int AS count FROM changed`;
}

function countIn([row]: readonly Counted[]): number {
  return row?.count ?? 0;
}

/** Hands an open transaction to the core. */
export function transactionOf(manager: EntityManager): Transaction {
  // To the core a transaction is opaque; here, and only here, it is TypeORM's manager.
  return manager as unknown as Transaction;
}

/** TypeORM's manager of an open transaction that the core passes to a port of the host. */
export function entityManagerOf(transaction: Transaction): EntityManager {
  return transaction as unknown as EntityManager;
}
