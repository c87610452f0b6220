/** The norms that the server can be held to; `standard` holds it to none. */
export const PRESET_NAMES = ['standard', 'asvs-l2', 'asvs-l3', 'nist-aal2'] as const;

/** A value of `MFA_PRESET`. */
export type PresetName = (typeof PRESET_NAMES)[number];
