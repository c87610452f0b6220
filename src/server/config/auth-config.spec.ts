import { authConfigFile } from '../../../test/support/auth-config-file.js';
import { readAuthConfig } from './auth-config.js';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { ConfigError } from './values/config-error.js';
import { generateKeys } from './keys/generate-keys.js';
import { readConfig } from './read-config.js';

const keys = generateKeys(new FakeRandomSource());

const read = (text: string | Uint8Array, env: NodeJS.ProcessEnv = {}) =>
  readAuthConfig(authConfigFile(text), env);

function errorsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

const linesOf = (text: string | Uint8Array) => errorsOf(() => read(text, { HOME_TYPE: 'hunter2' }));

describe('readAuthConfig', () => {
  it('reads type, id, name and options of each entry, in order', () => {
    const text = `
providers:
  - type: shared_password
    password: correct horse battery
  - type: local
factors:
  - { type: app, id: work_app, name: App of the office, digits: 8 }
  - type: app
`;
    expect(read(text)).toEqual({
      providers: [
        {
          type: 'shared_password',
          id: 'shared_password',
          options: { password: 'correct horse battery' },
          path: 'AUTH_CONFIG: providers[0]',
        },
        { type: 'local', id: 'local', options: {}, path: 'AUTH_CONFIG: providers[1]' },
      ],
      factors: [
        {
          type: 'app',
          id: 'work_app',
          name: 'App of the office',
          options: { digits: 8 },
          path: 'AUTH_CONFIG: factors[0]',
        },
        { type: 'app', id: 'app', options: {}, path: 'AUTH_CONFIG: factors[1]' },
      ],
    });
  });

  it('keeps apart what is absent and what is empty', () => {
    expect(read('factors: []')).toEqual({ factors: [] });
    expect(read('providers: [{ type: local }]')).not.toHaveProperty('factors');
  });

  it('takes texts of the environment, where a value is nothing but a reference', () => {
    const text = `
providers:
  - type: shared_password
    password: \${HOUSE_PASSWORD}
    hints: ["\${HOUSE_PASSWORD}", "not \${HOUSE_PASSWORD}", $HOUSE_PASSWORD]
`;
    const { providers = [] } = read(text, { HOUSE_PASSWORD: '${X}' });
    expect(providers[0]?.options).toEqual({
      password: '${X}',
      hints: ['${X}', 'not ${HOUSE_PASSWORD}', '$HOUSE_PASSWORD'],
    });
  });

  it('keeps where values came from, so that no message shows them', () => {
    const { factors = [] } = read('factors: [{ type: app, issuer: "${NAME}" }, { type: pin }]', {
      NAME: 'x',
    });
    const path = 'AUTH_CONFIG: factors[0].issuer';
    expect(factors[0]?.references).toEqual(new Map([[path, 'NAME']]));
  });

  it('does not change objects of the language', () => {
    expect(linesOf('factors: [{ type: app, __proto__: { polluted: 1 } }]')).toEqual([
      'AUTH_CONFIG: factors[0] has a key "__proto__" that no option can have: remove it.',
    ]);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('readAuthConfig refuses', () => {
  it('a file that cannot be read', () => {
    expect(errorsOf(() => readAuthConfig('/nowhere/auth.yaml', {}))).toEqual([
      'AUTH_CONFIG: the file "/nowhere/auth.yaml" cannot be read (ENOENT): give the path of a file that can, or unset AUTH_CONFIG.',
    ]);
  });

  it('what is no text, and what is too long', () => {
    expect(linesOf(Buffer.from([0x66, 0xff]))).toEqual([
      'AUTH_CONFIG: the file is not text in UTF-8: save it as such.',
    ]);
    expect(linesOf(`#${' '.repeat(64 * 1024)}`)).toEqual([
      expect.stringMatching(/auth\.yaml" is no file of at most 64 KiB: give one that is\.$/),
    ]);
    expect(linesOf(`factors: [] #${' '.repeat(64 * 1024 - 13)}`)).toEqual([]);
  });

  it.each(['/dev/zero', '/'])('%s, which is no file', (path) => {
    expect(errorsOf(() => readAuthConfig(path, {}))).toEqual([
      `AUTH_CONFIG: "${path}" is no file of at most 64 KiB: give one that is.`,
    ]);
  });

  it('bad YAML, with the place', () => {
    expect(linesOf('factors:\n  - type: app\n    type: email')).toEqual([
      'AUTH_CONFIG: line 3, column 5: Map keys must be unique: correct the YAML there.',
    ]);
  });

  it.each([
    ['', 'expected a mapping with the lists providers and factors: write one of the two.'],
    ['[app]', 'expected a mapping with the lists providers and factors: write one of the two.'],
    [
      'factor: []',
      'factor is no key of the file, which takes providers and factors: correct or remove it.',
    ],
    [
      '"postgres://me:hunter2@db\\n\\e[2J": []',
      'one that cannot be shown here is no key of the file, which takes providers and factors: correct or remove it.',
    ],
    [
      `${'a'.repeat(65)}: []`,
      'one that cannot be shown here is no key of the file, which takes providers and factors: correct or remove it.',
    ],
    ...['constructor', 'toString', '__proto__'].map((name): [string, string] => [
      `factors: [{ type: app, issuer: "\${${name}}" }]`,
      `factors[0].issuer: the variable ${name} is not set: set it, or write the value here.`,
    ]),
    [
      'factors: [{ type: "${HOME_TYPE}" }]',
      'factors[0].type is taken from ${HOME_TYPE}: write it out, as it is a name and no secret.',
    ],
    [
      'factors: [{ type: app, id: "${HOME_TYPE}" }]',
      'factors[0].id is taken from ${HOME_TYPE}: write it out, as it is a name and no secret.',
    ],
    ...['type: ~', 'type: .nan', 'type: app, id: ~', 'type: app, name: ~'].map(
      (members): [string, string] => [
        `factors: [{ ${members} }]`,
        `factors[0].${/(\w+): \S+$/.exec(members)?.[1]} has no value: write one, or leave the key out for the default.`,
      ],
    ),
    ['factors: [~]', 'factors[0] has no value: write one, or leave the key out for the default.'],
    ['factors:', 'factors has no value: write one, or leave the key out for the default.'],
    ['providers: []', 'providers: expected at least one entry: add one, or leave the key out.'],
    ['factors: app', 'factors: expected a list of entries, each with a type.'],
    ['factors: [app]', 'factors[0]: expected a mapping such as { type: … }.'],
    ['factors: [[app]]', 'factors[0]: expected a mapping such as { type: … }.'],
    ['factors: [{ id: app }]', 'factors[0].type is missing: expected the name of a type.'],
    [
      'factors: [{ type: 5 }]',
      'factors[0].type: expected the name of a type, lower snake case of at most 32 characters.',
    ],
    [
      'factors: [{ type: app, id: work-app }]',
      'factors[0].id: expected lower snake case of at most 32 characters.',
    ],
    [
      `factors: [{ type: app, id: ${'a'.repeat(33)} }]`,
      'factors[0].id: expected lower snake case of at most 32 characters.',
    ],
    [
      'factors: [{ type: app, name: " " }]',
      'factors[0].name: expected a text of 1 to 64 characters on one line.',
    ],
    [
      'factors: [{ type: app }, { type: email, id: app }]',
      'factors[1]: the id "app" is that of an earlier entry: give one of the two another id.',
    ],
    [
      'factors: [{ type: app, issuer: }]',
      'factors[0].issuer has no value: write one, or leave the key out for the default.',
    ],
    [
      'factors: [{ type: app, "a\\nb": 1 }]',
      'factors[0] has a key that no option can have: remove it.',
    ],
    [
      `factors: [{ type: app, a: [{ ${'b'.repeat(65)}: 1 }] }]`,
      'factors[0].a[0] has a key that no option can have: remove it.',
    ],
    [
      'factors: [{ type: app, digits: .nan }]',
      'factors[0].digits has no value: write one, or leave the key out for the default.',
    ],
    [
      'factors: [{ type: app, issuer: "a\\uFFFD" }]',
      'factors[0].issuer is no text in UTF-8: write it anew.',
    ],
    [
      'factors: [{ type: app, a: [{ b: "${NOT_SET}" }] }]',
      'factors[0].a[0].b: the variable NOT_SET is not set: set it, or write the value here.',
    ],
    [
      `factors: [{ type: app, a: ${'['.repeat(20)}${']'.repeat(20)} }]`,
      `factors[0].a${'[0]'.repeat(9)} is nested too deeply: lift it out.`,
    ],
  ])('%s', (text, line) => {
    expect(linesOf(text)).toEqual([`AUTH_CONFIG: ${line}`]);
  });

  it('both this list of factors and that of the environment', () => {
    const AUTH_CONFIG = authConfigFile('factors: []');
    const env = { AUTH_CONFIG, MFA_HANDLERS: 'app' };
    expect(errorsOf(() => readConfig(env, () => keys))).toEqual([
      'AUTH_CONFIG and MFA_HANDLERS both list second factors: unset MFA_HANDLERS, or remove "factors" from the file.',
    ]);
  });

  it('every error at once', () => {
    expect(linesOf('providers: [{ id: X }]\nfactors: [{ type: app, id: 5, name: 5 }]')).toEqual([
      'AUTH_CONFIG: providers[0].type is missing: expected the name of a type.',
      'AUTH_CONFIG: providers[0].id: expected lower snake case of at most 32 characters.',
      'AUTH_CONFIG: factors[0].id: expected lower snake case of at most 32 characters.',
      'AUTH_CONFIG: factors[0].name: expected a text of 1 to 64 characters on one line.',
    ]);
  });

  it('doubled ids beside the errors of other entries', () => {
    expect(linesOf('factors: [{ type: app }, { type: 5 }, { type: app }]')).toEqual([
      'AUTH_CONFIG: factors[1].type: expected the name of a type, lower snake case of at most 32 characters.',
      'AUTH_CONFIG: factors[2]: the id "app" is that of an earlier entry: give one of the two another id.',
    ]);
  });

  it('types and ids of the environment, without showing what it holds', () => {
    const lines = linesOf('factors: [{ type: "${HOME_TYPE}" }, { type: app, id: "${HOME_TYPE}" }]');
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('hunter2');
  });
});

describe('readConfig with a file', () => {
  const configOf = (text: string, env: NodeJS.ProcessEnv = {}) =>
    readConfig({ AUTH_CONFIG: authConfigFile(text), ...env }, () => keys);

  it('keeps what the file does not list', () => {
    const { providers, factors } = configOf('factors: []');
    expect(providers.map(({ id }) => id)).toEqual(['local']);
    expect(factors).toEqual([]);
    const other = configOf('providers: [{ type: local, id: main }]', { MFA_HANDLERS: 'email' });
    expect(other.providers.map(({ id }) => id)).toEqual(['main']);
    expect(other.factors.map(({ id }) => id)).toEqual(['email']);
  });
});
