import { type Configured } from './preset.js';
import { PRESETS } from './presets.js';

/** A line for each breach of the preset in force. */
export function errorsOfPreset(configured: Configured): string[] {
  const name = configured.values.MFA_PRESET;
  return PRESETS[name].rules.flatMap((rule) =>
    rule
      .breachesOf(configured)
      .map(
        (breach) =>
          `MFA_PRESET=${name} refuses ${breach}: it wants ${rule.demand.replaceAll('`', '')} [${rule.clause}].`,
      ),
  );
}
