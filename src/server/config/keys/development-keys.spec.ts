import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeRandomSource } from '../../../mfa/testing/index.js';
import { ConfigError } from '../values/config-error.js';
import { loadDevelopmentKeys } from './development-keys.js';

describe('loadDevelopmentKeys', () => {
  let parent: string;
  let directory: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'nestjs-mfa-'));
    directory = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const modeOf = (path: string) => statSync(path).mode & 0o777;

  it('makes keys once, for their owner alone', () => {
    const first = loadDevelopmentKeys(directory, new FakeRandomSource('first'));
    expect(loadDevelopmentKeys(directory, new FakeRandomSource('second'))).toEqual(first);
    expect(modeOf(directory)).toBe(0o700);
    expect(modeOf(join(directory, 'keys.json'))).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['keys.json']);
  });

  it.each(['', 'null', '{"JWT_KEYS":1}'])(
    'does not make new keys over a damaged file: %j',
    (text) => {
      loadDevelopmentKeys(directory, new FakeRandomSource());
      writeFileSync(join(directory, 'keys.json'), text);
      expect(() => loadDevelopmentKeys(directory, new FakeRandomSource())).toThrow(ConfigError);
    },
  );
});
