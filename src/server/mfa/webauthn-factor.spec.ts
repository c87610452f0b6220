import { type FactoryProvider } from '@nestjs/common';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { generateKeys } from '../config/keys/generate-keys.js';
import { readConfig } from '../config/read-config.js';
import { handlersOf } from './handlers.js';

const DEFAULTS = {
  applicationName: 'Example',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};

/** The settings that a public address requires. */
const PUBLICLY = {
  DATABASE_URL: 'postgres://database/mfa',
  REGISTRATION: 'closed',
  SMTP_URL: 'smtps://mail.example.org',
  ...generateKeys(new FakeRandomSource()),
};

/** The handler of a server with this environment and one entry with these options. */
function made(env: NodeJS.ProcessEnv, options: Readonly<Record<string, unknown>> = {}): unknown {
  const config = readConfig(env, () => generateKeys(new FakeRandomSource()));
  const entry = { type: 'webauthn', id: 'webauthn', options, path: 'AUTH_CONFIG: factors[0]' };
  // `webauthnHandler` makes it.
  const [provider] = handlersOf({ ...config, factors: [entry] }) as FactoryProvider<unknown>[];
  return provider?.useFactory(DEFAULTS, new FakeRandomSource());
}

function linesOf(options: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    made({}, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('a factor of type webauthn', () => {
  it('is for the origin that clients see, unless the settings say otherwise', () => {
    expect(made({ ...PUBLICLY, PUBLIC_URL: 'https://login.example.org' })).toMatchObject({
      options: { rpId: 'login.example.org', origins: ['https://login.example.org'] },
    });
    const WEBAUTHN_ORIGINS = 'https://app.example.org, https://example.org';
    expect(made({ WEBAUTHN_RP_ID: 'example.org', WEBAUTHN_ORIGINS })).toMatchObject({
      options: {
        rpId: 'example.org',
        origins: ['https://app.example.org', 'https://example.org'],
        rpName: 'Example',
      },
    });
  });

  it('takes its own options before the settings', () => {
    const options = {
      rp_id: 'example.com',
      origins: ['https://example.com'],
      rp_name: 'Other',
      user_verification: 'required',
      timeout_seconds: 60,
    };
    expect(made({ WEBAUTHN_RP_ID: 'example.org' }, options)).toMatchObject({
      options: {
        rpId: 'example.com',
        origins: ['https://example.com'],
        rpName: 'Other',
        userVerification: 'required',
        timeoutSeconds: 60,
      },
    });
  });

  it('says what is wrong with its options', () => {
    const options = { rp_id: 'Example.org', origins: ['example.org'], user_verification: 'always' };
    expect(linesOf(options)).toEqual([
      'AUTH_CONFIG: factors[0].rp_id: expected a host name in lower case, such as example.org, got "Example.org".',
      'AUTH_CONFIG: factors[0].origins: expected a list of origins such as https://app.example.org, got a list.',
      'AUTH_CONFIG: factors[0].user_verification: expected preferred, required or discouraged, got "always".',
    ]);
  });

  it('is refused where no security key can work', () => {
    expect(() => made({ ...PUBLICLY, PUBLIC_URL: 'https://192.0.2.1' })).toThrow(
      'MFA handler "webauthn": rpId takes a host name such as example.org, or localhost.',
    );
  });
});
