import { SETTINGS } from '../../src/server/config/settings/settings.js';
import { tableBelow } from '../support/documents.js';
import { rowOfSetting } from '../support/row-of-setting.js';

describe('the table of settings in the README', () => {
  it('has each variable with its default and its meaning, and no other', () => {
    expect(tableBelow('README.md', 'Settings of the server')).toEqual(SETTINGS.map(rowOfSetting));
  });
});
