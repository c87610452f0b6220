import { type Format } from '../values/formats.js';

/** The text of an unset variable; null: the setting then has no value. */
export type SettingDefault = string | null | { production: string; otherwise: string };

/** One environment variable. Its name, default, meaning and format stand nowhere else. */
export interface Setting<Name extends string = string, T = unknown> {
  readonly name: Name;
  readonly default: SettingDefault;
  /** A phrase for the table of settings. Without a default it says what an unset variable means. */
  readonly summary: string;
  readonly format: Format<T>;
}

/** A setting that always has a value. */
export function setting<const Name extends string, T>(
  name: Name,
  defaultText: NonNullable<SettingDefault>,
  summary: string,
  format: Format<T>,
): Setting<Name, T> {
  return { name, default: defaultText, summary, format };
}

/** A setting that may be unset: its value is then null. */
export function optional<const Name extends string, T>(
  name: Name,
  summary: string,
  format: Format<T>,
): Setting<Name, T | null> {
  return { name, default: null, summary, format };
}

/** The values of a table of settings, by name. */
export type SettingValues<Table extends readonly Setting[]> = {
  readonly [S in Table[number] as S['name']]: S extends Setting<string, infer T> ? T : never;
};
