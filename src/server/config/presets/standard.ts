import { type Preset } from './preset.js';

/** The defaults of the settings as they are, and no norm. */
export const STANDARD: Preset = { defaults: {}, rules: [] };
