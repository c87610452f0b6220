import { type Setting } from '../../src/server/config/settings/setting.js';
import { shownDefault } from './shown-default.js';

/** A setting as the documented table of settings has it. */
export function rowOfSetting(setting: Setting): [name: string, unset: string, meaning: string] {
  return [`\`${setting.name}\``, shownDefault(setting.default), setting.summary];
}
