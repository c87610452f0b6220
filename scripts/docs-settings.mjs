/*
 * Writes the table of settings between its two markers in docs/configuration.md, from SETTINGS:
 *
 *   npm run docs:settings
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { SETTINGS } from '../src/server/config/settings/settings.ts';
import { rowOfSetting } from '../test/support/row-of-setting.ts';

const DOCUMENT = fileURLToPath(new URL('../docs/configuration.md', import.meta.url));
const BEGIN = '<!-- settings:begin -->';
const END = '<!-- settings:end -->';

const rows = SETTINGS.map(rowOfSetting);
const table = [['Variable', 'Default', 'Meaning'], ['---', '---', '---'], ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');

const text = readFileSync(DOCUMENT, 'utf8');
const [start, end] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
if (!text.includes(BEGIN) || end < start) throw new Error(`${DOCUMENT} lacks ${BEGIN} and ${END}.`);
const written = `${text.slice(0, start)}\n\n${table}\n\n${text.slice(end)}`;
const options = await resolveConfig(DOCUMENT);
writeFileSync(DOCUMENT, await format(written, { ...options, filepath: DOCUMENT }));
