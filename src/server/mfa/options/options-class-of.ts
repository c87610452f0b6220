import { type Type } from '@nestjs/common';
import { IsOptional, ValidateBy } from 'class-validator';
import { type OptionForm, type OptionFormValues } from '../../../mfa/index.js';

/** `periodSeconds` is `period_seconds` in a file. */
type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeName<Rest>}`
    : `_${Lowercase<First>}${SnakeName<Rest>}`
  : Name;

/** The options of a handler's table, as a file has them. */
type FileOptions<Table> = {
  readonly [
    Name in keyof OptionFormValues<Table> as SnakeName<Name & string>
  ]?: OptionFormValues<Table>[Name];
};

/** A class (class-validator) with the options of a handler's table, each of which may be left out. */
export function optionsClassOf<Table extends Readonly<Record<string, OptionForm<unknown>>>>(
  table: Table,
): Type<FileOptions<Table>> {
  class Options {}
  for (const [name, { accepts, takes, expected = takes }] of Object.entries(table)) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const validator = { validate: accepts, defaultMessage: () => expected };
    IsOptional()(Options.prototype, key);
    ValidateBy({ name: 'isOfForm', validator })(Options.prototype, key);
  }
  // An instance has the members that its rules are about.
  return Options;
}
