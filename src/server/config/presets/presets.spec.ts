import { authConfigFile } from '../../../../test/support/auth-config-file.js';
import { FakeRandomSource } from '../../../mfa/testing/index.js';
import { ConfigError } from '../values/config-error.js';
import { generateKeys } from '../keys/generate-keys.js';
import { readConfig } from '../read-config.js';
import { type ServerConfig } from '../server-config.js';
import { SETTINGS } from '../settings/settings.js';
import { type PresetName, PRESET_NAMES } from '../settings/preset-names.js';
import { PRESETS } from './presets.js';

const keys = generateKeys(new FakeRandomSource());

const read = (MFA_PRESET: PresetName, env: NodeJS.ProcessEnv = {}): ServerConfig =>
  readConfig({ MFA_PRESET, ...env }, () => keys);

function linesOf(preset: PresetName, env: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(preset, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

const withFile = (text: string) => ({ AUTH_CONFIG: authConfigFile(text) });

describe('a preset', () => {
  it.each(PRESET_NAMES)('%s takes its own defaults', (name) => {
    expect(() => read(name)).not.toThrow();
  });

  it.each(PRESET_NAMES)('%s has defaults that their settings take', (name) => {
    for (const [setting, text] of Object.entries(PRESETS[name].defaults)) {
      const { format } = SETTINGS.find((entry) => entry.name === setting) ?? {};
      expect([setting, format?.safeParse(text).data]).not.toEqual([setting, undefined]);
    }
  });

  it('decides settings that the operator has not set, and those alone', () => {
    expect(read('asvs-l3').sessionLimits).toEqual({ idleSeconds: 900, maxSeconds: 43_200 });
    const set = read('asvs-l3', { SESSION_MAX_SECONDS: '3600', SESSION_IDLE_SECONDS: '' });
    expect(set.sessionLimits).toEqual({ idleSeconds: 900, maxSeconds: 3600 });
  });

  it('decides the factors on offer, unless the environment or the file does', () => {
    const typesOf = ({ factors }: ServerConfig) => factors.map(({ type }) => type);
    expect(typesOf(read('standard'))).toEqual(['app', 'email']);
    expect(typesOf(read('asvs-l3'))).toEqual(['webauthn', 'app']);
    expect(typesOf(read('asvs-l3', { MFA_HANDLERS: 'webauthn' }))).toEqual(['webauthn']);
    expect(typesOf(read('asvs-l3', withFile('factors: [{ type: webauthn }]')))).toEqual([
      'webauthn',
    ]);
  });

  it('is known by its name alone', () => {
    expect(() => readConfig({ MFA_PRESET: 'constructor' }, () => keys)).toThrow(
      'MFA_PRESET takes standard or asvs-l2 or asvs-l3 or nist-aal2.',
    );
  });

  it('refuses all that it forbids at once, each with its value and the clause', () => {
    const file = withFile('factors: [{ type: email }, { type: app, window_steps: 1 }]');
    expect(linesOf('asvs-l3', { ...file, MFA_TOTP_DEFAULT_INTERVAL: '60' })).toEqual([
      'MFA_PRESET=asvs-l3 refuses MFA_TOTP_DEFAULT_INTERVAL=60: it wants MFA_TOTP_DEFAULT_INTERVAL of at most 30 [ASVS 6.5.5].',
      'MFA_PRESET=asvs-l3 refuses second factors=email,app: it wants a second factor webauthn [ASVS 6.3.3].',
      'MFA_PRESET=asvs-l3 refuses AUTH_CONFIG: factors[0]=email: it wants no second factor email [ASVS 6.3.6].',
      'MFA_PRESET=asvs-l3 refuses AUTH_CONFIG: factors[1].window_steps=1: it wants window_steps of app of at most 0 [ASVS 6.5.5].',
    ]);
  });
});

const APP = { MFA_HANDLERS: 'app' };
const DEVICES = { TRUSTED_DEVICES: 'on' };
const NOTIFY = { MFA_HANDLERS: 'webauthn,notify' };
const PROVIDERS = 'providers: [{ type: shared_password }, { type: trusted_networks }]';

/** For each preset, environments that break its rules, in the order of the rules. */
const BREACHES: Readonly<Record<PresetName, readonly NodeJS.ProcessEnv[]>> = {
  standard: [],
  'asvs-l2': [
    withFile('factors: []'),
    { MFA_HANDLERS: 'app,pin' },
    withFile(PROVIDERS),
    { MFA_HANDLERS: 'sms,email' },
    { MFA_TOTP_DEFAULT_INTERVAL: '31' },
    withFile('factors: [{ type: app, period_seconds: 31 }]'),
    { MFA_TOTP_DEFAULT_VALID_WINDOW: '2' },
    withFile('factors: [{ type: app, window_steps: 2 }]'),
    { MFA_STEP_UP_MAX_AGE: '901' },
    { BACKUP_CODE_HASH_COST: '9' },
    { PASSWORD_HASH_PASSES: '1' },
  ],
  'asvs-l3': [
    APP,
    { MFA_HANDLERS: 'webauthn,email' },
    NOTIFY,
    DEVICES,
    { REGISTRATION: 'open' },
    { MFA_HANDLERS: 'webauthn,sms' },
    { MFA_TOTP_DEFAULT_VALID_WINDOW: '1' },
    withFile('factors: [{ type: webauthn }, { type: app, window_steps: 1 }]'),
  ],
  'nist-aal2': [
    APP,
    { MFA_HANDLERS: 'webauthn,email' },
    NOTIFY,
    { MFA_HANDLERS: 'webauthn,pin' },
    withFile(PROVIDERS),
    DEVICES,
    { SESSION_IDLE_SECONDS: '3601' },
    { SESSION_MAX_SECONDS: '86401' },
    { MFA_EPHEMERAL_TOKEN_EXPIRY: '601' },
    { BACKUP_CODE_LENGTH: '12' },
  ],
};

const clausesOf = (lines: readonly string[]) =>
  lines.map((line) => /\[([^[]*)\]\.$/.exec(line)?.[1]);

describe('a preset that warns', () => {
  it('starts with what it warns of, and says the clause', () => {
    expect(read('asvs-l2', DEVICES).warnings).toEqual([
      'MFA_PRESET=asvs-l2 warns of TRUSTED_DEVICES=on: it wants TRUSTED_DEVICES=off [ASVS 6.3.3].',
    ]);
    expect(read('asvs-l2').warnings).toEqual([]);
    expect(read('standard', DEVICES).warnings).toEqual([]);
  });
});

describe('each rule of a preset', () => {
  it.each(PRESET_NAMES)('%s is broken by what it forbids, and by nothing else', (name) => {
    const found = BREACHES[name].flatMap((env) => clausesOf(linesOf(name, env)));
    const inherited = name === 'asvs-l3' ? PRESETS['asvs-l2'].rules.length : 0;
    const clauses = PRESETS[name].rules.slice(inherited).map(({ clause }) => clause);
    expect(found).toEqual(clauses);
  });

  it('of level 2 holds on level 3', () => {
    const rules = PRESETS['asvs-l3'].rules;
    expect(rules.slice(0, PRESETS['asvs-l2'].rules.length)).toEqual(PRESETS['asvs-l2'].rules);
  });
});
