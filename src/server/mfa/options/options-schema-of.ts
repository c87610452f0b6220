import { z } from 'zod';
import { type OptionForm, type OptionFormValues } from '../../../mfa/index.js';
import { optionsSchema } from '../../config/values/read-entry-options.js';

/** `periodSeconds` becomes `period_seconds`. */
type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeName<Rest>}`
    : `_${Lowercase<First>}${SnakeName<Rest>}`
  : Name;

/** The options of a handler's table, by their names in the file. */
type FileShape<Table> = {
  readonly [Name in keyof Table as SnakeName<Name & string>]: z.ZodExactOptional<
    z.ZodType<OptionFormValues<Table>[Name]>
  >;
};

/** The schema of the options of a handler's table. Each of them may be absent. */
export function optionsSchemaOf<Table extends Readonly<Record<string, OptionForm<unknown>>>>(
  table: Table,
): z.ZodObject<FileShape<Table>, z.core.$strict> {
  const rows = Object.entries(table).map(([name, { accepts, takes, expected = takes }]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    z.custom(accepts, expected).exactOptional(),
  ]);
  // Each row makes a member of its own name and type.
  return optionsSchema(Object.fromEntries(rows) as FileShape<Table>);
}
