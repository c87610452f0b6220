import { type Type } from '@nestjs/common';
import { validateSync } from 'class-validator';
import { FakeRandomSource } from '../../src/mfa/testing/index.js';
import { AppModule } from '../../src/server/app.module.js';
import { ConfigError } from '../../src/server/config/values/config-error.js';
import { generateKeys } from '../../src/server/config/keys/generate-keys.js';
import { readConfig } from '../../src/server/config/read-config.js';
import { optionNamesOf } from '../../src/server/config/values/read-entry-options.js';
import { FIRST_FACTOR_TYPES } from '../../src/server/first-factor-types.js';
import { TrustedNetwork } from '../../src/server/sign-in/trusted-networks/trusted-networks.options.js';
import { FACTOR_TYPES } from '../../src/server/mfa/handlers.js';
import { NotifyDestinationOptions } from '../../src/server/mfa/options/notify-options.js';
import { authConfigFile } from '../support/auth-config-file.js';
import { codeBlocksOf, tableBelow } from '../support/documents.js';

const DOCUMENT = 'docs/configuration.md';

/** Each heading with the class whose keys are listed below it. */
const TABLES: readonly (readonly [heading: string, schema: Type<object>])[] = [
  ...Object.entries({ ...FIRST_FACTOR_TYPES, ...FACTOR_TYPES }).map(
    ([name, { optionsSchema }]) => [`Options of \`${name}\``, optionsSchema] as const,
  ),
  ['Keys of a network', TrustedNetwork],
  ['Keys of a destination', NotifyDestinationOptions],
];

/** No option takes it. */
const NOTHING = 0.5;

/** What the rules of an option say to a value that it does not take; empty: it was taken. */
function faultsOf(schema: Type<object>, key: string, value: unknown): string[] {
  const [error] = validateSync(Object.assign(new schema(), { [key]: value })).filter(
    ({ property }) => property === key,
  );
  // What nested objects are told is in a table of theirs.
  const texts = Object.entries(error?.constraints ?? {}).flatMap(([rule, text]) =>
    rule === 'nestedValidation' ? [] : [text],
  );
  return [...new Set(texts)];
}

describe('the tables of the guide to the configuration', () => {
  it.each(TABLES)('%s: those that are taken, and no others', (heading, schema) => {
    const rows = tableBelow(DOCUMENT, heading);
    expect(rows.map(([key]) => key)).toEqual(optionNamesOf(schema).map((key) => `\`${key}\``));
    for (const [shownKey = '', takes, unset] of rows) {
      const key = shownKey.replaceAll('`', '');
      expect(takes?.replaceAll('`', '')).toBe(faultsOf(schema, key, NOTHING).join('; '));
      const isRequired = faultsOf(schema, key, undefined).length > 0;
      expect([key, unset === 'required']).toEqual([key, isRequired]);
    }
  });
});

/** The secrets that the examples refer to. */
const SECRETS = {
  HOUSEHOLD_PASSWORD: 'one for all of the house',
  KITCHEN_SECRET: `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`,
};

const configOf = (text: string) =>
  readConfig({ ...SECRETS, AUTH_CONFIG: authConfigFile(text) }, () =>
    generateKeys(new FakeRandomSource()),
  );

function faultsOfFile(text: string): readonly string[] {
  try {
    AppModule.forRoot(configOf(text));
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

const DOCUMENTED_FILES = codeBlocksOf(DOCUMENT, 'yaml');

describe('the files in the documents', () => {
  it.each(DOCUMENTED_FILES)('can be used: %j', (text) => {
    expect(faultsOfFile(text)).toEqual([]);
  });
});

/** One for each kind of fault that the guide shows, in its order. */
const FAULTY_FILES = [
  'providers: [{ type: local }, { type: shared_password, username: household }]',
  'factors: [{ type: app, digits: 7 }, { type: app, id: work_app, isuer: Example }]',
  'factors: [{ type: app }, { type: email }, { type: app }]',
  'factors:\n  - type: app\n    id: a\n  - type: app\n    id: b\n    issuer: Example\n    id: c\n',
];

describe('the faults in the guide to the configuration', () => {
  it('are told as it shows them', () => {
    const [shown = ''] = codeBlocksOf(DOCUMENT, 'text');
    expect(FAULTY_FILES.flatMap(faultsOfFile)).toEqual(shown.trim().split('\n'));
  });
});
