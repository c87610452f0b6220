import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import {
  type RowDisplacement,
  type RowInsert,
  type RowUpdate,
} from '../../core/ports/host-rows.js';

/** A `WHERE` that restricts an insert by other parts of the statement; empty: always. */
export type Condition = Sql;

/** `INSERT` of one row into a table of the host. Names are quoted; values are parameters. */
export function insertRow(row: RowInsert, condition: Condition = empty): Sql {
  const columns = Object.entries(row.values);
  return sql`
    INSERT INTO ${tableOf(row)} (${join(columns.map(([name]) => quoted(name)))})
    SELECT ${join(columns.map(([, value]) => value))} ${condition}`;
}

/** `UPDATE` of one row in a table of the host. */
export function updateRow(row: RowUpdate, condition: Sql): Sql {
  const changes = Object.entries(row.set).map(([name, value]) => sql`${quoted(name)} = ${value}`);
  return sql`UPDATE ${tableOf(row)} SET ${join(changes)} WHERE ${hasKey(row)} AND ${condition}`;
}

/** Whether a row has the key of an update. @param of what precedes a column's name */
function hasKey({ key }: RowUpdate, of: Sql = empty): Sql {
  const conditions = Object.entries(key).map(([name, value]) =>
    value === null ? sql`${of}${quoted(name)} IS NULL` : sql`${of}${quoted(name)} = ${value}`,
  );
  return join(conditions, ' AND ');
}

/** The rows that updates require: what joins them, and what locks them, after a comma. */
export function requiredRows(updates: readonly RowUpdate[]): { join: Sql; locked: Sql } {
  const parts = requiredAmong(updates).map(({ table, hasOwnKey, alias }) => ({
    join: sql`JOIN ${table} ON ${hasOwnKey}`,
    locked: sql`, ${alias}`,
  }));
  if (parts.length === 0) return { join: empty, locked: empty };
  return {
    join: join(
      parts.map((part) => part.join),
      ' ',
    ),
    locked: join(
      parts.map((part) => part.locked),
      '',
    ),
  };
}

/** Selects one row where all rows are there that updates require, and locks those; without any, always. */
export function presentRows(updates: readonly RowUpdate[]): Sql {
  const required = requiredAmong(updates);
  if (required.length === 0) return sql`SELECT 1`;
  const tables = required.map(({ table }) => table);
  const keys = required.map(({ hasOwnKey }) => hasOwnKey);
  return sql`SELECT 1 FROM ${join(tables)} WHERE ${join(keys, ' AND ')} FOR UPDATE`;
}

/** The rows that updates require, each as a table with an alias of its own. */
function requiredAmong(updates: readonly RowUpdate[]) {
  const required = updates.filter(({ isRequired }) => isRequired === true);
  return required.map((row, index) => {
    const alias = raw(`required_${index}`);
    return {
      alias,
      table: sql`${tableOf(row)} ${alias}`,
      hasOwnKey: hasKey(row, sql`${alias}.`),
    };
  });
}

/** Turns inserts and updates into named parts of a `WITH`, each after a comma. */
export function alsoInsert(writes: readonly Sql[]): Sql {
  const parts = writes.map(
    (write, index) => sql`, ${raw(`written_${index}`)} AS (${write} RETURNING 1)`,
  );
  return parts.length === 0 ? empty : join(parts, ' ');
}

/** A further part of a `WITH`, `displaced`: once `condition` holds it counts the displaced rows. */
export function displace(displacement: RowDisplacement | undefined, condition: Sql): Sql {
  if (displacement === undefined) return sql`, displaced AS (SELECT 0 AS count)`;
  const { schema, function: name, arguments: values } = displacement;
  const called = schema === undefined ? quoted(name) : sql`${quoted(schema)}.${quoted(name)}`;
  return sql`, displaced AS MATERIALIZED (
      SELECT ${called}(${values.length === 0 ? empty : join(values)}) AS count WHERE ${condition})`;
}

/** The table of a row of the host. */
export function tableOf({ schema, table }: Pick<RowInsert, 'schema' | 'table'>): Sql {
  return schema === undefined ? quoted(table) : sql`${quoted(schema)}.${quoted(table)}`;
}

/** True once every part of {@link alsoInsert} is done: statements under this condition take their locks later. */
export function onceWritten(writes: readonly Sql[]): Sql {
  const counted = writes.map(
    (_, index) => sql`(SELECT count(*) FROM ${raw(`written_${index}`)}) >= 0`,
  );
  return join([sql`true`, ...counted], ' AND ');
}

/** A name of the host. */
export function quoted(name: string): Sql {
  return raw(`"${name.replaceAll('"', '""')}"`);
}
