import { type Setting } from '../../src/server/config/settings/setting.js';
import { shownDefault } from './shown-default.js';

/** The row of a setting in the documented table. */
export function rowOfSetting(setting: Setting): [name: string, unset: string, meaning: string] {
  return [`\`${setting.name}\``, shownDefault(setting.default), setting.summary];
}
