import { type ConfiguredEntry } from '../values/configured-entry.js';
import { type SettingValues } from '../settings/setting.js';
import { type SETTINGS } from '../settings/settings.js';

/** The values of all settings, by name. */
export type Values = SettingValues<typeof SETTINGS>;

/** What rules look at: the values in force, wherever they come from. */
export interface Configured {
  readonly values: Values;
  readonly providers: readonly ConfiguredEntry[];
  readonly factors: readonly ConfiguredEntry[];
}

/** Something that a norm forbids. */
export interface PresetRule {
  /** As the norm counts: `ASVS 6.5.5` is of version 5.0, `NIST 3.2.2` of SP 800-63B-4. */
  readonly clause: string;
  /** What the rule wants, a phrase for the table of the documents. */
  readonly demand: string;
  /** One phrase for each place that does otherwise, with its value. */
  breachesOf(configured: Configured): readonly string[];
}

/** What one value of `MFA_PRESET` means. */
export interface Preset {
  /** The texts that count for settings that the operator has not set. */
  readonly defaults: Readonly<Partial<Record<keyof Values, string>>>;
  readonly rules: readonly PresetRule[];
}
