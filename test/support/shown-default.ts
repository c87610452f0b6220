import { type SettingDefault } from '../../src/server/config/settings/setting.js';

/** A default as tables of the documents show it. */
export function shownDefault(value: SettingDefault): string {
  if (value === null) return '–';
  if (typeof value === 'string') return `\`${value}\``;
  return `\`${value.production}\` in production, else \`${value.otherwise}\``;
}
