import { type Configured, type PresetRule } from './preset.js';
import { PRESETS } from './presets.js';

/** A line for each breach of the preset in force. */
export function errorsOfPreset(configured: Configured): string[] {
  const name = configured.values.MFA_PRESET;
  return linesOf(PRESETS[name].rules, configured, `MFA_PRESET=${name} refuses`);
}

/** A line for what the preset in force lets pass with a warning. */
export function warningsOfPreset(configured: Configured): string[] {
  const name = configured.values.MFA_PRESET;
  return linesOf(PRESETS[name].warnings ?? [], configured, `MFA_PRESET=${name} warns of`);
}

function linesOf(rules: readonly PresetRule[], configured: Configured, verdict: string): string[] {
  return rules.flatMap((rule) =>
    rule
      .breachesOf(configured)
      .map(
        (breach) =>
          `${verdict} ${breach}: it wants ${rule.demand.replaceAll('`', '')} [${rule.clause}].`,
      ),
  );
}
