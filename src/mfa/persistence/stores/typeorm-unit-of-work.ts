import { Injectable, type OnModuleInit } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type LineBound, type Transaction, UnitOfWork } from '../../core/ports/stores.js';
import { RandomSource } from '../../contract/random.js';
import { AccountLine } from '../database/account-line.js';
import { HostDatabase } from '../database/host-database.js';
import { refuseOtherTables } from '../database/table-check.js';
import { Statements, transactionOf } from '../database/statements.js';
import { firstVersion } from './writes.js';

/** TypeORM transactions, each under the lock of one account. */
@Injectable()
export class TypeOrmUnitOfWork extends UnitOfWork implements OnModuleInit {
  constructor(
    private readonly host: HostDatabase,
    private readonly line: AccountLine,
    private readonly statements: Statements,
    private readonly random: RandomSource,
  ) {
    super();
  }

  /**
   * The check is here because a host with another storage has another unit of work, and none of
   * these tables.
   *
   * @throws {Error} that says what to do when the tables are missing or belong to another version
   */
  async onModuleInit(): Promise<void> {
    await refuseOtherTables(this.host.dataSource);
  }

  runForAccount<T>(
    subjectId: string,
    work: (transaction: Transaction) => Promise<T>,
    bound?: LineBound,
  ): Promise<T> {
    const commit = () =>
      this.host.transaction(async (manager) => {
        const transaction = transactionOf(manager);
        await this.lockAccount(subjectId, transaction);
        return work(transaction);
      });
    return this.line.run(subjectId, commit, bound);
  }

  /** Creates the account's row if there is none, and locks it in either case. */
  async lockAccount(subjectId: string, transaction: Transaction): Promise<void> {
    await this.statements.changed(
      sql`INSERT INTO mfa_accounts AS a (user_id, version)
        VALUES (${subjectId}, ${firstVersion(subjectId, this.random)})
        ON CONFLICT (user_id) DO UPDATE SET version = a.version + 1`,
      transaction,
    );
  }
}
