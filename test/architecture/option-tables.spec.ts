import {
  errorOfForms,
  type OptionFormValues,
  textLike,
  trueOrFalse,
  wholeNumber,
} from '../../src/mfa/contract/option-form.js';
import {
  errorsOfOptions,
  type MfaOptionValues,
  option,
  withDefaults,
} from '../../src/mfa/core/options/mfa-option.js';
import { MFA_OPTIONS } from '../../src/mfa/core/options/mfa-options.table.js';
import { optionsOf, settingsOf } from '../../src/server/config/settings/mfa-settings.js';
import { APP_OPTIONS } from '../../src/mfa/handlers/app/index.js';
import { readEntryOptions } from '../../src/server/config/values/read-entry-options.js';
import { optionsSchemaOf } from '../../src/server/mfa/options/options-schema-of.js';
import { rowOfSetting } from '../support/row-of-setting.js';

/** The table with three more rows, and nothing else anywhere. */
const TABLE = {
  ...MFA_OPTIONS,
  restSeconds: option(wholeNumber(1, 60), 7, {
    setting: 'MFA_REST_SECONDS',
    meaning: 'How long a method rests, in seconds',
  }),
  isPatient: option(trueOrFalse, true, { setting: 'MFA_IS_PATIENT', meaning: 'Whether it waits' }),
  motto: option(textLike(/^[a-z]+$/, 'small letters'), 'ready', {
    setting: 'MFA_MOTTO',
    meaning: 'What it says',
  }),
};

type Values = MfaOptionValues<typeof TABLE>;

describe('a row of the table of options', () => {
  it('is a member of the type', () => {
    const added: Pick<Values, 'restSeconds' | 'isPatient' | 'motto'> = {
      restSeconds: 7,
      isPatient: true,
      motto: 'ready',
    };
    // @ts-expect-error the row takes numbers
    const wrong: Pick<Values, 'restSeconds'> = { restSeconds: 'seven' };
    expect(withDefaults(TABLE, {})).toMatchObject(added);
    expect(errorsOfOptions(TABLE, withDefaults(TABLE, wrong))).toHaveLength(1);
  });

  it('is checked', () => {
    const values = withDefaults(TABLE, { restSeconds: 61, isPatient: 'yes', motto: 5 });
    expect(errorsOfOptions(TABLE, values)).toEqual([
      'restSeconds takes a whole number from 1 to 60.',
      'isPatient takes true or false.',
      'motto takes small letters.',
    ]);
  });

  it('is what the environment is read for', () => {
    const texts = new Map([
      ['MFA_REST_SECONDS', '60'],
      ['MFA_IS_PATIENT', 'false'],
    ]);
    const settings = settingsOf(TABLE);
    const read = settings.map((setting) => [
      setting.name,
      setting.format.parse(texts.get(setting.name) ?? String(setting.default)),
    ]);
    // Each setting has read what it takes.
    const values = Object.fromEntries(read) as Parameters<typeof optionsOf<typeof TABLE>>[1];
    expect(optionsOf(TABLE, values)).toEqual(
      withDefaults(TABLE, { restSeconds: 60, isPatient: false }),
    );
    const rest = settings.find(({ name }) => name === 'MFA_REST_SECONDS')?.format;
    expect(rest?.description).toBe('a whole number from 1 to 60');
    expect(['61', '0', '1.5', ' 1', 'x'].map((text) => rest?.safeParse(text).data)).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('is a row of the documented table', () => {
    const rows = settingsOf(TABLE).map(rowOfSetting);
    expect(rows.slice(-3)).toEqual([
      ['`MFA_REST_SECONDS`', '`7`', 'How long a method rests, in seconds'],
      ['`MFA_IS_PATIENT`', '`true`', 'Whether it waits'],
      ['`MFA_MOTTO`', '`ready`', 'What it says'],
    ]);
  });
});

describe("a row of a handler's table", () => {
  const FORMS = { ...APP_OPTIONS, restSeconds: wholeNumber(1, 60) };
  const right: Pick<OptionFormValues<typeof FORMS>, 'restSeconds'> = { restSeconds: 60 };
  const rest = { issuer: 'a', algorithm: 'SHA1', digits: 6, periodSeconds: 30, windowSteps: 1 };

  it('is checked by the handler', () => {
    expect(errorOfForms(FORMS, { ...rest, ...right })).toBeUndefined();
    expect(errorOfForms(FORMS, { ...rest, restSeconds: 61 })).toBe(
      'restSeconds takes a whole number from 1 to 60.',
    );
  });

  it('is a key of the file, in the words of the row', () => {
    const schema = optionsSchemaOf(FORMS);
    const entry = { type: 'app', id: 'app', path: 'AUTH_CONFIG: factors[0]' };
    const read = (rest_seconds: unknown) =>
      readEntryOptions(schema, { ...entry, options: { rest_seconds } }).rest_seconds;
    expect(Object.keys(schema.shape)).toContain('rest_seconds');
    expect(read(60)).toBe(60);
    expect(() => read(61)).toThrow(
      'AUTH_CONFIG: factors[0].rest_seconds: expected a whole number from 1 to 60, got 61.',
    );
  });
});
