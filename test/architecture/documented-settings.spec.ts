import { SETTINGS } from '../../src/server/config/settings/settings.js';
import { tableBelow } from '../support/documents.js';
import { rowOfSetting } from '../support/row-of-setting.js';

describe('the table of settings in docs/configuration.md, which npm run docs:settings writes', () => {
  it('has each variable with its default and its meaning, and no other', () => {
    const rows = SETTINGS.map(rowOfSetting);
    expect(tableBelow('docs/configuration.md', 'Settings of the server')).toEqual(rows);
  });
});
