import {
  MFA_OPTIONS,
  type MfaModuleOptions,
  type MfaOption,
  type MfaOptionValues,
  type SecretKey,
} from '../../../mfa/index.js';
import { format, trueOrFalse } from '../values/formats.js';
import { type Setting } from './setting.js';

type OptionTable = Readonly<Record<string, MfaOption<unknown>>>;

/** The setting of one option. */
type SettingOf<Row> = Row extends MfaOption<infer T, infer Name> ? Setting<Name, T> : never;

/** The values of the settings of a table of options, by setting. */
export type MfaSettingValues<Table extends OptionTable> = {
  readonly [Row in Table[keyof Table] as Row['setting']]: Row extends MfaOption<infer T>
    ? T
    : never;
};

/** The setting of an option: its row has the name, the default, the meaning and the form. */
export function settingOf<T, Name extends string>({
  setting: name,
  meaning: summary,
  default: defaultValue,
  form,
  settingForm = form,
}: MfaOption<T, Name>): Setting<Name, T> {
  const { takes, accepts } = settingForm;
  const ofForm = format(takes, (text) => {
    const value = valueIn(text, defaultValue);
    return accepts(value) ? value : undefined;
  });
  return { name, default: String(defaultValue), summary, format: ofForm };
}

/** A text of the environment, as a value of the default's type. */
function valueIn(text: string, defaultValue: unknown): unknown {
  if (typeof defaultValue === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (typeof defaultValue === 'boolean') return trueOrFalse.safeParse(text).data;
  return text;
}

/** The settings of a table of options, in its order. */
export function settingsOf<Table extends OptionTable>(
  table: Table,
): readonly SettingOf<Table[keyof Table]>[] {
  // Each row makes a setting with its own name and type.
  return Object.values(table).map(settingOf) as SettingOf<Table[keyof Table]>[];
}

/** The options of a table from the values of their settings. */
export function optionsOf<Table extends OptionTable>(
  table: Table,
  values: MfaSettingValues<Table>,
): MfaOptionValues<Table> {
  const byName = new Map<string, unknown>(Object.entries(values));
  const options = Object.entries(table).map(([name, { setting }]) => [name, byName.get(setting)]);
  // The setting of each row has read a value of the type of the row.
  return Object.fromEntries(options) as MfaOptionValues<Table>;
}

const { reversalSeconds, tokenGraceSeconds, ...OTHERS } = MFA_OPTIONS;

/** How long a change can be undone. It stands among the settings of sessions. */
export const REVERSAL_SETTING = settingOf(reversalSeconds);

/** How long a token that was just renewed still gives the present one. It stands beside the other one. */
export const TOKEN_GRACE_SETTING = settingOf(tokenGraceSeconds);

/** All other settings of second factors. */
export const MFA_SETTINGS = settingsOf(OTHERS);

/** The library's options from the values of their settings. */
export function mfaOptionsOf(
  values: MfaSettingValues<typeof MFA_OPTIONS>,
  secretKeys: readonly SecretKey[],
): Required<MfaModuleOptions> {
  return { ...optionsOf(MFA_OPTIONS, values), secretKeys };
}
