import { PRESET_NAMES } from '../../src/server/config/settings/preset-names.js';
import { PRESETS } from '../../src/server/config/presets/presets.js';
import { SETTINGS } from '../../src/server/config/settings/settings.js';
import { tableBelow } from '../support/documents.js';
import { shownDefault } from '../support/shown-default.js';

const DOCUMENT = 'docs/configuration.md';
const NORMS = PRESET_NAMES.filter((name) => name !== 'standard');

describe('the tables of presets', () => {
  it('have each setting that one of them sets, with the defaults of all', () => {
    const isSet = (name: string) => PRESET_NAMES.some((one) => name in PRESETS[one].defaults);
    const rows = SETTINGS.filter(({ name }) => isSet(name)).map((entry) => [
      `\`${entry.name}\``,
      ...PRESET_NAMES.map((name) =>
        shownDefault(PRESETS[name].defaults[entry.name] ?? entry.default),
      ),
    ]);
    expect(tableBelow(DOCUMENT, 'Presets')).toEqual(rows);
  });

  it('have each rule with the clauses that it comes from', () => {
    const demands = NORMS.flatMap((name) => PRESETS[name].rules.map(({ demand }) => demand));
    const rows = [...new Set(demands)].map((demand) => [
      demand,
      ...NORMS.map(
        (name) => PRESETS[name].rules.find((rule) => rule.demand === demand)?.clause ?? '–',
      ),
    ]);
    expect(tableBelow(DOCUMENT, 'What presets ask for')).toEqual(rows);
  });
});
