import { SETTINGS } from '../../src/server/config/settings/settings.js';
import { tableBelow } from '../support/documents.js';
import { shownDefault } from '../support/shown-default.js';

describe('the table of settings in docs/configuration.md, which npm run docs:settings writes', () => {
  it('has each variable with its default and its meaning, and no other', () => {
    const rows = SETTINGS.map((entry) => [
      `\`${entry.name}\``,
      shownDefault(entry.default),
      entry.summary,
    ]);
    expect(tableBelow('docs/configuration.md', 'Settings of the server')).toEqual(rows);
  });
});
