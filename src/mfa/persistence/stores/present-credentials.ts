import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { type SubjectRow } from '../../core/ports/host-rows.js';
import { quoted, tableOf } from './fragments.js';

/** The credentials that the subject of a challenge `c` has now. */
export interface PresentCredentials {
  /** What follows the `JOIN` of the challenge, so that only one with these credentials is found. */
  readonly condition: Sql;
  /** Columns, each followed by a comma. */
  readonly columns: Sql;
}

/** Credentials that were read before. */
export function knownCredentials(version: string): PresentCredentials {
  return { condition: sql`AND c.credentials_version = ${version}`, columns: empty };
}

/** `SELECT` of the subject's row: `credentials_version`, and the columns for {@link subjectValues}. */
export function readSubject(row: SubjectRow, subjectId: string): Sql {
  let selection = selections.get(row);
  if (selection === undefined) {
    selection = selectionOf(row);
    selections.set(row, selection);
  }
  return sql`${selection} = ${subjectId}`;
}

/** What precedes the id. A host names its row once, and each request asks for it. */
const selections = new WeakMap<SubjectRow, Sql>();

function selectionOf(row: SubjectRow): Sql {
  const version = sql`(${raw(row.credentialsVersion)})::text AS credentials_version`;
  const columns = Object.values(row.columns).map(
    (expression, place) => sql`(${raw(expression)}) AS ${raw(nameOf(place))}`,
  );
  return sql`SELECT ${join([version, ...columns])} FROM ${tableOf(row)} WHERE ${quoted(row.idColumn)}`;
}

/** Credentials in the row of the subject, with its columns for {@link subjectValues}. */
export function storedCredentials(row: SubjectRow, subjectId: string): PresentCredentials {
  return {
    condition: sql`JOIN (${readSubject(row, subjectId)}) subject ON subject.credentials_version = c.credentials_version`,
    columns: sql`subject.*, `,
  };
}

/** The values of {@link SubjectRow.columns} in a row with the columns of {@link storedCredentials}. */
export function subjectValues(
  { columns }: SubjectRow,
  row: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = Object.keys(columns);
  return Object.fromEntries(names.map((name, place) => [name, row[nameOf(place)]]));
}

/** Not the name of the host, which may be that of a column of ours. */
function nameOf(place: number): string {
  return `subject_${place}`;
}
