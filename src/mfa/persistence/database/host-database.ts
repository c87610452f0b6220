import { setImmediate } from 'node:timers/promises';
import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource, type EntityManager } from 'typeorm';
import { refuseOtherMeanings } from './database-check.js';
import { missingDataSource } from './missing-data-source.js';
import { refuseUnreadableTimes } from './readable-times.js';

/** Null for a transaction that has only read. */
const TRANSACTION_ID = 'SELECT pg_current_xact_id_if_assigned()::text AS id';

const TRANSACTION_STATUS = 'SELECT pg_xact_status($1::xid8) AS status';

/** The driver's default. */
const DEFAULT_POOL_SIZE = 10;

/** The caller waits meanwhile. The last look may end later, because it may wait for a connection. */
const LOOKING_MILLISECONDS = 5_000;

/** The host's database. It is injected as optional, so that the error for a missing one is ours. */
@Injectable()
export class HostDatabase implements OnModuleInit {
  readonly dataSource: DataSource;

  /** @throws {Error} that says what to do when the host has none */
  constructor(modules: ModulesContainer, @Optional() dataSource?: DataSource) {
    if (dataSource === undefined) throw missingDataSource(modules);
    this.dataSource = dataSource;
  }

  /** @throws {Error} that says what to do when a setting of the database changes the meaning of our statements */
  async onModuleInit(): Promise<void> {
    refuseUnreadableTimes(this.dataSource);
    await refuseOtherMeanings(this.dataSource);
  }

  /**
   * Runs a transaction. If the connection breaks before the answer to COMMIT arrives, this asks the
   * database over another connection whether it was committed: a client that repeats what has
   * happened may spend a second credential.
   *
   * @returns the result of `work`, once it is committed
   * @throws what `work` rejects with; or the failure of a COMMIT that did not happen, or whose
   *   outcome is unknown
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const done: { readonly result: T; readonly id: string | null | undefined }[] = [];
    try {
      return await this.dataSource.transaction(async (manager) => {
        const result = await work(manager);
        const [row] = await manager.query<{ id: string | null }[]>(TRANSACTION_ID);
        done.push({ result, id: row?.id });
        return result;
      });
    } catch (failure) {
      for (const { result, id } of done) {
        if (typeof id === 'string' && (await this.isCommitted(id))) return result;
      }
      throw failure;
    }
  }

  /** False also when the outcome is unknown. */
  private async isCommitted(id: string): Promise<boolean> {
    const isEnded = (status: string | undefined) => status !== 'in progress';
    const status = await this.lookAgain(async () => {
      const rows = await this.dataSource.query<{ status: string }[]>(TRANSACTION_STATUS, [id]);
      return rows[0]?.status;
    }, isEnded);
    return status === 'committed';
  }

  /**
   * Asks again after a connection broke. All others of the pool may have broken with it, and each
   * failure removes one from the pool. Never rejects: the first failure says what is wrong.
   *
   * @returns what was found last; undefined if nothing was
   */
  async lookAgain<T>(
    look: () => Promise<T | undefined>,
    isThere: (found: T | undefined) => boolean,
  ): Promise<T | undefined> {
    const { poolSize = DEFAULT_POOL_SIZE } = this.dataSource.options;
    const end = AbortSignal.timeout(LOOKING_MILLISECONDS);
    let found: T | undefined;
    for (let looks = 0; looks <= poolSize && !end.aborted; looks++) {
      // In one turn of the event loop the pool notices all connections that broke together.
      await setImmediate();
      try {
        found = await look();
        if (isThere(found)) return found;
      } catch {
        continue;
      }
    }
    return found;
  }
}
