import { type ConfiguredEntry } from '../values/configured-entry.js';
import { type SettingValues } from '../settings/setting.js';
import { type SETTINGS } from '../settings/settings.js';

/** The values of all settings, by name. */
export type Values = SettingValues<typeof SETTINGS>;

/** The values in force, from all sources, as the rules see them. */
export interface Configured {
  readonly values: Values;
  readonly providers: readonly ConfiguredEntry[];
  readonly factors: readonly ConfiguredEntry[];
}

/** One rule of a norm. */
export interface PresetRule {
  /** The number in the norm: `ASVS 6.5.5` is of version 5.0, `NIST 3.2.2` of SP 800-63B-4. */
  readonly clause: string;
  /** What the rule demands: a phrase for the table of the documents. */
  readonly demand: string;
  /** A phrase for each breach, with its place and value. */
  breachesOf(configured: Configured): readonly string[];
}

/** The meaning of one value of `MFA_PRESET`. */
export interface Preset {
  /** The default texts of settings, in place of the settings' own. */
  readonly defaults: Readonly<Partial<Record<keyof Values, string>>>;
  readonly rules: readonly PresetRule[];
  /** Rules whose breach is only told at start. Absent: none. */
  readonly warnings?: readonly PresetRule[];
}
