import { type OptionForm } from '../../contract/option-form.js';

/** The variable of the environment by which the reference server sets an option. */
export interface OptionSetting<T, Name extends string = string> {
  readonly setting: Name;
  /** A phrase for the operator's table of settings. */
  readonly meaning: string;
  /** What the variable takes, where that is not what the option takes. */
  readonly settingForm?: OptionForm<T>;
}

/** One row of a table of options: its key is the name of the option. */
export interface MfaOption<T, Name extends string = string> extends OptionSetting<T, Name> {
  readonly form: OptionForm<T>;
  readonly default: T;
}

/** The values of a table of options. A member has the doc comment of its row. */
export type MfaOptionValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends MfaOption<infer T> ? T : never;
};

/** A row of a table of options. */
export function option<T, const Name extends string>(
  form: OptionForm<T>,
  defaultValue: NoInfer<T>,
  setting: OptionSetting<NoInfer<T>, Name>,
): MfaOption<T, Name> {
  return { ...setting, form, default: defaultValue };
}

/** What is given over the defaults of the table; undefined counts as not given. */
export function withDefaults<Table extends Readonly<Record<string, MfaOption<unknown>>>>(
  table: Table,
  given: Readonly<Partial<Record<keyof Table, unknown>>>,
): MfaOptionValues<Table> {
  const values = Object.entries(table).map(([name, row]) => [
    name,
    given[name] === undefined ? row.default : given[name],
  ]);
  // Each row says the type of its own value; `errorsOfOptions` looks whether it is of that type.
  return Object.fromEntries(values) as MfaOptionValues<Table>;
}

/** What is wrong with the values of a table, a sentence for each. */
export function errorsOfOptions<Table extends Readonly<Record<string, MfaOption<unknown>>>>(
  table: Table,
  values: Readonly<Record<keyof Table, unknown>>,
): string[] {
  return Object.entries(table)
    .filter(([name, { form }]) => !form.accepts(values[name]))
    .map(([name, { form }]) => `${name} takes ${form.takes}.`);
}
