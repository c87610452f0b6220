import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { addSeconds, type CleanedRows, Clock, RandomSource } from '../../mfa/index.js';
import { Cleaner } from './cleaner.js';

/** For each table in one run: a flood takes several runs, and none of them takes long. */
const MOST_ROWS_PER_TABLE = 50_000;
/** Far longer than a run. A longer run overlaps with the next one, which does no harm: rows are locked. */
const LEASE_SECONDS = 600;

/** One atomic statement: the second of two servers finds the lease held. */
const TAKE = `
  INSERT INTO clean_up_leases AS l (name, holder, held_until) VALUES ('clean-up', $1, $2)
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
  WHERE l.held_until <= $3
  RETURNING 1`;

const RELEASE = `DELETE FROM clean_up_leases WHERE name = 'clean-up' AND holder = $1`;

/** Deletes expired rows in the tables of all modules. */
@Injectable()
export class RetentionService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly discovery: DiscoveryService,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Runs every cleaner once, in turn.
   *
   * @param signal once it is aborted, nothing further begins
   * @returns null when another server is running it
   */
  async run(signal?: AbortSignal): Promise<CleanedRows | null> {
    const now = this.clock.now();
    const holder = this.random.rowId();
    const lease = [holder, addSeconds(now, LEASE_SECONDS), now];
    const taken = await this.database.query<unknown[]>(TAKE, lease);
    if (taken.length === 0) return null;
    try {
      return await this.clean(now, signal);
    } finally {
      await this.database.query(RELEASE, [holder]);
    }
  }

  private async clean(now: Date, signal?: AbortSignal): Promise<CleanedRows> {
    const scope = { now, maxRows: MOST_ROWS_PER_TABLE, ...(signal !== undefined && { signal }) };
    let cleaned: CleanedRows = {};
    for (const cleaner of this.cleaners())
      cleaned = { ...cleaned, ...(await cleaner.clean(scope)) };
    return cleaned;
  }

  private cleaners(): Cleaner[] {
    const instances = this.discovery.getProviders().map(({ instance }): unknown => instance);
    return [...new Set(instances)].filter((instance) => instance instanceof Cleaner);
  }
}

/** One line for the log; null: another server was at it. */
export function describeRetention(cleaned: CleanedRows | null): string {
  if (cleaned === null) return 'Another server is cleaning up.';
  const counts = Object.entries(cleaned).map(([table, rows]) => `${table} ${rows}`);
  return `Rows deleted: ${counts.join(', ')}`;
}
