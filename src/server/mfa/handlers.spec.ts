import { type FactoryProvider } from '@nestjs/common';
import { type AppHandler } from '../../mfa/handlers/app/index.js';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { generateKeys } from '../config/keys/generate-keys.js';
import { readConfig } from '../config/read-config.js';
import { FACTOR_TYPES, handlersOf } from './handlers.js';

const DEFAULTS = {
  applicationName: 'Example',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};

const config = readConfig({}, () => generateKeys(new FakeRandomSource()));

function entryOf(given: Partial<ConfiguredEntry> & Pick<ConfiguredEntry, 'type'>): ConfiguredEntry {
  return { id: given.type, options: {}, path: 'AUTH_CONFIG: factors[0]', ...given };
}

function linesOf(factors: readonly ConfiguredEntry[], isProduction = false): readonly string[] {
  try {
    handlersOf({ ...config, factors, isProduction });
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('handlersOf', () => {
  it('makes a handler of each entry, in order, with its names and options', () => {
    const factors = [
      entryOf({ type: 'app', id: 'work_app', name: 'App of the office', options: { digits: 8 } }),
      entryOf({ type: 'app', options: { issuer: 'Home', period_seconds: 60 } }),
    ];
    // `appHandler` makes both.
    const providers = handlersOf({ ...config, factors }) as FactoryProvider<AppHandler>[];
    const [work, home] = providers.map(({ useFactory }) => {
      const handler: unknown = useFactory(DEFAULTS, new FakeRandomSource());
      return handler;
    });
    expect(work).toMatchObject({ name: 'work_app', displayName: 'App of the office' });
    expect(work).toMatchObject({ options: { digits: 8, issuer: 'Example' } });
    expect(home).toMatchObject({ name: 'app', displayName: 'Authenticator app' });
    expect(home).toMatchObject({ options: { digits: 6, issuer: 'Home', periodSeconds: 60 } });
  });

  it.each(['carrier_pigeon', 'constructor'])('refuses the type "%s"', (type) => {
    const known = Object.keys(FACTOR_TYPES).join(', ');
    expect(linesOf([entryOf({ type, path: 'MFA_HANDLERS' })])).toEqual([
      `MFA_HANDLERS: there is no second factor of type "${type}": choose among ${known}.`,
    ]);
  });

  it('says every error of every entry', () => {
    const factors = [
      entryOf({ type: 'app', options: { digits: 7, isuer: 'x', window_steps: 3 } }),
      entryOf({ type: 'nothing' }),
      entryOf({ type: 'email', options: { code_length: 5 } }),
    ];
    expect(linesOf(factors)).toEqual([
      'AUTH_CONFIG: factors[0].isuer is not an option of "app", which here takes issuer, algorithm, digits, period_seconds, window_steps: correct the name or remove it.',
      'AUTH_CONFIG: factors[0].digits: expected 6 or 8, got 7.',
      'AUTH_CONFIG: factors[0].window_steps: expected a whole number from 0 to 2, got 3.',
      expect.stringContaining('"nothing"'),
      'AUTH_CONFIG: factors[0].code_length: expected a whole number from 6 to 10, got 5.',
    ]);
  });

  it('takes beginnings of numbers for text messages', () => {
    const options = { allowed_prefixes: ['+49', '+1 242', '+12421'] };
    expect(linesOf([entryOf({ type: 'sms', options })])).toEqual([]);
  });

  it.each([[['49']], [[49]], [[]], [['+49', '+0']], [['+49;+43']], [['+1  242']], ['+49']])(
    'refuses %j as beginnings of numbers',
    (allowed_prefixes) => {
      const [line] = linesOf([entryOf({ type: 'sms', options: { allowed_prefixes } })]);
      expect(line).toContain(
        'factors[0].allowed_prefixes: expected a list of beginnings of numbers such as "+49" or "+1 242", got ',
      );
    },
  );

  it('refuses a PIN in production, and there alone', () => {
    expect(linesOf([entryOf({ type: 'pin' })])).toEqual([]);
    expect(linesOf([entryOf({ type: 'pin', path: 'MFA_HANDLERS' })], true)).toEqual([
      'MFA_HANDLERS: "pin" is refused in production, as it is an example, and no second factor beside a password: remove it.',
    ]);
  });

  it.each([
    ['app', { issuer: 'a:b' }, 'a text of 1 to 64 characters without a colon, got "a:b"'],
    ['app', { algorithm: 'MD5' }, 'SHA1, SHA256 or SHA512, got "MD5"'],
    ['app', { period_seconds: 14 }, 'a whole number from 15 to 60, got 14'],
    ['email', { code_lifetime_seconds: '90' }, 'a whole number from 60 to 600, got "90"'],
  ])('refuses of %s the options %j', (type, options, text) => {
    const [name = ''] = Object.keys(options);
    expect(linesOf([entryOf({ type, options })])).toEqual([
      `AUTH_CONFIG: factors[0].${name}: expected ${text}.`,
    ]);
  });
});
