import { type z } from 'zod';
import { FakeRandomSource } from '../../src/mfa/testing/index.js';
import { AppModule } from '../../src/server/app.module.js';
import { ConfigError } from '../../src/server/config/values/config-error.js';
import { generateKeys } from '../../src/server/config/keys/generate-keys.js';
import { readConfig } from '../../src/server/config/read-config.js';
import { FIRST_FACTOR_TYPES } from '../../src/server/first-factor-types.js';
import { trustedNetwork } from '../../src/server/sign-in/trusted-networks/trusted-networks.options.js';
import { FACTOR_TYPES } from '../../src/server/mfa/handlers.js';
import { notifyDestination } from '../../src/server/mfa/options/notify-options.js';
import { authConfigFile } from '../support/auth-config-file.js';
import { codeBlocksOf, tableBelow } from '../support/documents.js';

const DOCUMENT = 'docs/configuration.md';

/** Each heading with the schema whose keys are listed below it. */
const TABLES: readonly (readonly [heading: string, schema: z.ZodObject])[] = [
  ...Object.entries({ ...FIRST_FACTOR_TYPES, ...FACTOR_TYPES }).map(
    ([name, { optionsSchema }]) => [`Options of \`${name}\``, optionsSchema] as const,
  ),
  ['Keys of a network', trustedNetwork],
  ['Keys of a destination', notifyDestination],
];

/** No option takes it. */
const NOTHING = 0.5;

/** What one option says to these; empty: it took them. */
function errorsOf(schema: z.ZodObject, key: string, options: object): string[] {
  const { error } = schema.safeParse(options);
  const own = error?.issues.filter(({ path }) => path[0] === key) ?? [];
  return own.map(({ message }) => message);
}

describe('the tables of the guide to the configuration', () => {
  it.each(TABLES)('%s: those that are taken, and no others', (heading, schema) => {
    const rows = tableBelow(DOCUMENT, heading);
    expect(rows.map(([key]) => key)).toEqual(Object.keys(schema.shape).map((key) => `\`${key}\``));
    for (const [shownKey = '', takes, unset] of rows) {
      const key = shownKey.replaceAll('`', '');
      expect(takes?.replaceAll('`', '')).toBe(errorsOf(schema, key, { [key]: NOTHING }).join('; '));
      const isRequired = errorsOf(schema, key, {}).length > 0;
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

function errorsOfFile(text: string): readonly string[] {
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
    expect(errorsOfFile(text)).toEqual([]);
  });
});

/** One for each kind of error that the guide shows, in its order. */
const WRONG_FILES = [
  'providers: [{ type: local }, { type: shared_password, username: household }]',
  'factors: [{ type: app, digits: 7 }, { type: app, id: work_app, isuer: Example }]',
  'factors: [{ type: app }, { type: email }, { type: app }]',
  'factors:\n  - type: app\n    id: a\n  - type: app\n    id: b\n    issuer: Example\n    id: c\n',
];

describe('the errors in the guide to the configuration', () => {
  it('are told as it shows them', () => {
    const [shown = ''] = codeBlocksOf(DOCUMENT, 'text');
    expect(WRONG_FILES.flatMap(errorsOfFile)).toEqual(shown.trim().split('\n'));
  });
});
