/** The norms that a preset enforces; `standard` enforces none. */
export const PRESET_NAMES = ['standard', 'asvs-l2', 'asvs-l3', 'nist-aal2'] as const;

/** A value of `MFA_PRESET`. */
export type PresetName = (typeof PRESET_NAMES)[number];
