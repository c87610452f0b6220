import { type OptionForm } from '../../contract/option-form.js';

/** The environment variable that sets an option in the reference server. */
export interface OptionSetting<T, Name extends string = string> {
  readonly setting: Name;
  /** The phrase in the operator's table of settings. */
  readonly meaning: string;
  /** The values that the variable takes, if they differ from those of the option. */
  readonly settingForm?: OptionForm<T>;
}

/** A row of a table of options. The key of the row is the name of the option. */
export interface MfaOption<T, Name extends string = string> extends OptionSetting<T, Name> {
  readonly form: OptionForm<T>;
  readonly default: T;
}

/** The values of a table of options. Each member has the doc comment of its row. */
export type MfaOptionValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends MfaOption<infer T> ? T : never;
};

/** Makes a row of a table of options. */
export function option<T, const Name extends string>(
  form: OptionForm<T>,
  defaultValue: NoInfer<T>,
  setting: OptionSetting<NoInfer<T>, Name>,
): MfaOption<T, Name> {
  return { ...setting, form, default: defaultValue };
}

/** The given values over the defaults of the table. Undefined counts as not given. */
export function withDefaults<Table extends Readonly<Record<string, MfaOption<unknown>>>>(
  table: Table,
  given: Readonly<Partial<Record<keyof Table, unknown>>>,
): MfaOptionValues<Table> {
  const values = Object.entries(table).map(([name, row]) => [
    name,
    given[name] === undefined ? row.default : given[name],
  ]);
  // Each row declares the type of its value, and `errorsOfOptions` checks it.
  return Object.fromEntries(values) as MfaOptionValues<Table>;
}

/** The errors in the values of a table, one sentence each. */
export function errorsOfOptions<Table extends Readonly<Record<string, MfaOption<unknown>>>>(
  table: Table,
  values: Readonly<Record<keyof Table, unknown>>,
): string[] {
  return Object.entries(table)
    .filter(([name, { form }]) => !form.accepts(values[name]))
    .map(([name, { form }]) => `${name} takes ${form.takes}.`);
}
