import { type DataSource } from 'typeorm';

/** Connections to the database that this process holds. */
export interface PoolUse {
  readonly inUse: number;
  readonly idle: number;
  /** Statements that wait for a connection. */
  readonly waiting: number;
  /** `DATABASE_MAX_CONNECTIONS`. */
  readonly most: number;
}

/** The parts of `pg`'s pool that are read. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** The present use of a data source's pool. */
export function poolUseOf({ driver }: DataSource): PoolUse {
  // TypeORM declares the pool of its PostgreSQL driver as `any`.
  const { totalCount, idleCount, waitingCount, options } = (driver as unknown as { master: Pool })
    .master;
  return {
    inUse: totalCount - idleCount,
    idle: idleCount,
    waiting: waitingCount,
    most: options.max,
  };
}
