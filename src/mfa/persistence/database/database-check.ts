import { type DataSource } from 'typeorm';

/** A setting of PostgreSQL that changes the meaning of our statements or their results. */
interface NeededSetting {
  readonly name: string;
  /** Matches the value in lower case. The order of days and months in `DateStyle` does not matter. */
  readonly value: RegExp;
  readonly remedy: string;
}

const NEEDED: readonly NeededSetting[] = [
  {
    name: 'server_encoding',
    value: /^utf8$/,
    remedy: `make a database by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
  },
  { name: 'client_encoding', value: /^utf8$/, remedy: 'leave the encoding of connections alone' },
  settable('DateStyle', /^iso\b/, 'ISO'),
  settable('standard_conforming_strings', /^on$/, 'on'),
  settable('transform_null_equals', /^off$/, 'off'),
  settable('array_nulls', /^on$/, 'on'),
  settable('default_transaction_isolation', /^read committed$/, 'read committed'),
  {
    name: 'transaction_read_only',
    value: /^off$/,
    remedy: 'connect to the primary, and take default_transaction_read_only off',
  },
];

const SETTINGS = 'SELECT name, setting FROM pg_settings WHERE name = ANY($1)';

/** Any time, with milliseconds. */
const TIME = new Date('2001-02-03T04:05:06.789Z');

/**
 * Checks that the database and its driver give our statements their intended meaning.
 *
 * @throws {Error} that says what to do about the first setting that does not
 */
export async function refuseOtherMeanings(dataSource: DataSource): Promise<void> {
  const names = NEEDED.map(({ name }) => name);
  const rows = await dataSource.query<{ name: string; setting: string }[]>(SETTINGS, [names]);
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
  for (const { name, value, remedy } of NEEDED) {
    const setting = settings.get(name) ?? '';
    if (value.test(setting.toLowerCase())) continue;
    throw new Error(
      `The database has the setting ${name} = "${setting}", with which it means something else than this program: ${remedy}.`,
    );
  }
  const [row] = await dataSource.query<{ at: unknown }[]>('SELECT $1::timestamptz AS at', [TIME]);
  if (row?.at instanceof Date && row.at.getTime() === TIME.getTime()) return;
  throw new Error(
    'A timestamptz of the database is not read as the Date that was written: take back what changes the type parsers of "pg".',
  );
}

function settable(name: string, value: RegExp, wanted: string): NeededSetting {
  const remedy = `run ALTER DATABASE … SET ${name} = '${wanted}' (or ALTER ROLE, where the role has another), then start again`;
  return { name, value, remedy };
}
