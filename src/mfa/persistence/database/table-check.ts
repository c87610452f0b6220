import { type DataSource, getMetadataArgsStorage } from 'typeorm';
import { MFA_ENTITIES } from '../entities/mfa-entities.js';
import { BOUND_TRIGGER } from '../migrations/device-bound.js';
import { CHAIN_TRIGGER } from '../migrations/event-chain.js';

/** Columns, constraints, indexes and triggers of each named table that exists. */
const PARTS = `SELECT name,
    ARRAY(SELECT attname::text FROM pg_attribute
      WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped)
    || ARRAY(SELECT conname::text FROM pg_constraint WHERE conrelid = t.oid)
    || ARRAY(SELECT relname::text FROM pg_class
      WHERE oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = t.oid))
    || ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = t.oid) AS parts
  FROM unnest($1::text[]) AS name
  CROSS JOIN LATERAL (SELECT to_regclass(quote_ident(name))::oid AS oid) t
  WHERE t.oid IS NOT NULL`;

/** By table. */
const TRIGGERS: Readonly<Record<string, string>> = {
  mfa_events: CHAIN_TRIGGER,
  mfa_devices: BOUND_TRIGGER,
};

const REMEDY =
  'give MFA_MIGRATIONS to the data source in "migrations", and run them, by "migrationsRun: true" or by the migration:run of TypeORM';

/**
 * Checks that the tables of this version exist.
 *
 * @throws {Error} that says what to do when they are missing or belong to another version
 */
export async function refuseOtherTables(dataSource: DataSource): Promise<void> {
  const needed = neededParts();
  const rows = await dataSource.query<{ name: string; parts: string[] }[]>(PARTS, [
    [...needed.keys()],
  ]);
  if (rows.length === 0) {
    throw new Error(
      `The database has none of the tables of nestjs-mfa where its connections look (search_path): ${REMEDY}.`,
    );
  }
  const present = new Map(rows.map(({ name, parts }) => [name, parts]));
  const missing = [...needed].flatMap(([table, parts]) => missingOf(table, parts, present));
  if (missing.length === 0) return;
  const others = missing.length === 1 ? '' : ` (and ${missing.length - 1} more)`;
  throw new Error(
    `The tables of nestjs-mfa in the database are not those of this version, which has ${missing[0]}${others}: ${REMEDY}. The "synchronize" of TypeORM makes only a part of them.`,
  );
}

function missingOf(
  table: string,
  parts: readonly string[],
  present: ReadonlyMap<string, readonly string[]>,
): string[] {
  const there = present.get(table);
  if (there === undefined) return [table];
  return parts.filter((part) => !there.includes(part)).map((part) => `${table}.${part}`);
}

/** By table: what the entities declare, and the triggers, which they cannot declare. */
function neededParts(): Map<string, string[]> {
  const storage = getMetadataArgsStorage();
  return new Map(
    MFA_ENTITIES.map((entity) => {
      const table = storage.tables.find(({ target }) => target === entity)?.name ?? '';
      const parts = [
        ...storage
          .filterColumns(entity)
          .map(({ options, propertyName }) => options.name ?? propertyName),
        ...storage.filterIndices(entity).map(({ name }) => name),
        ...storage.filterChecks(entity).map(({ name }) => name),
        TRIGGERS[table],
      ];
      return [table, parts.filter((part) => part !== undefined)];
    }),
  );
}
