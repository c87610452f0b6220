import { ASVS_L2 } from './asvs-l2.js';
import { ASVS_L3 } from './asvs-l3.js';
import { NIST_AAL2 } from './nist-aal2.js';
import { type Preset } from './preset.js';
import { type PresetName } from '../settings/preset-names.js';

/** The settings' own defaults, and no rules. */
const STANDARD: Preset = { defaults: {}, rules: [] };

/** The presets, by the value of `MFA_PRESET`. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  standard: STANDARD,
  'asvs-l2': ASVS_L2,
  'asvs-l3': ASVS_L3,
  'nist-aal2': NIST_AAL2,
};
