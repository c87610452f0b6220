import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalKeyManagement } from '../../mfa/index.js';
import { FakeClock, FakeRandomSource } from '../../mfa/testing/index.js';
import { loadDevelopmentKeys } from '../config/keys/development-keys.js';
import { generateKey, generateKeys, type RingName } from '../config/keys/generate-keys.js';
import { keyEntriesText, readKeyEntries } from '../config/keys/key-entry.js';
import { loadConfig } from '../config/load-config.js';
import { type ServerKeyNeed } from './key-needs.js';
import { type RotationOutcome, rotateKeys, type RotationPhase } from './key-rotation.js';
import { wrapKey } from './wrap-key.js';

const BOTH: readonly RingName[] = ['MFA_SECRET_KEYS', 'JWT_KEYS'];
const DAY_SECONDS = 24 * 3600;
const random = new FakeRandomSource('rotation');

let directory: string;
let clock: FakeClock;
let needs: readonly ServerKeyNeed[];
let env: Record<string, string>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nestjs-mfa-'));
  clock = new FakeClock();
  needs = [];
  const texts = generateKeys(random);
  for (const name of BOTH) writeFileSync(fileOf(name), `${texts[name]}\n`);
  env = {
    NODE_ENV: 'test',
    DATA_DIRECTORY: directory,
    MFA_SECRET_KEYS_FILE: fileOf('MFA_SECRET_KEYS'),
    JWT_KEYS_FILE: fileOf('JWT_KEYS'),
  };
});
afterEach(() => rmSync(directory, { recursive: true }));

const fileOf = (name: RingName) => join(directory, name);
const textOf = (name: RingName) => readFileSync(fileOf(name), 'utf8').trim();
const ringOf = (name: RingName) => readKeyEntries(textOf(name)) ?? [];
const idsOf = (name: RingName) => ringOf(name).map(({ id }) => id);
const rotate = (phase: RotationPhase, names = BOTH): Promise<RotationOutcome> =>
  rotateKeys(phase, { env, names }, { clock, random, countNeeds: async () => needs });

/** Both rings, each with a first key that was promoted a moment ago. */
async function rotated(): Promise<void> {
  await rotate('add');
  await rotate('promote');
}

describe('the phases of a rotation, on files', () => {
  it('add a key to both rings, with texts that every server takes', async () => {
    const before = BOTH.map(textOf);
    const { lines, advice, isComplete } = await rotate('add');
    expect([lines, isComplete]).toEqual([[], true]);
    BOTH.forEach((name, index) => {
      expect(textOf(name).startsWith(`${before[index]},`)).toBe(true);
      expect(ringOf(name)[1]?.mark).toBe('next');
      expect(statSync(fileOf(name)).mode & 0o777).toBe(0o600);
    });
    expect(advice.join('\n')).toContain(`Written: JWT_KEYS_FILE (${fileOf('JWT_KEYS')}).`);
    expect((await loadConfig(env)).jwtKeys).toHaveLength(2);
    expect(readdirSync(directory).sort()).toEqual(['JWT_KEYS', 'MFA_SECRET_KEYS']);
  });

  it('put it first, and remove the old one once it is needed by nothing', async () => {
    const [before] = idsOf('JWT_KEYS');
    await rotated();
    expect(idsOf('JWT_KEYS')[1]).toBe(before);
    expect(ringOf('JWT_KEYS')[1]?.replacedAt).toEqual(clock.now());
    const early = await rotate('retire');
    expect(early.isComplete).toBe(false);
    expect(BOTH.map((name) => idsOf(name).length)).toEqual([2, 2]);
    clock.advance({ seconds: 7 * DAY_SECONDS + 3600 });
    const late = await rotate('retire');
    expect(late.isComplete).toBe(true);
    expect(BOTH.map((name) => idsOf(name).length)).toEqual([1, 1]);
    expect(late.advice).toContain(`JWT_KEYS: the key "${before}" is removed.`);
  });

  it('say so where there is no older key', async () => {
    const { advice, isComplete } = await rotate('retire');
    expect(isComplete).toBe(true);
    expect(advice).toContain('JWT_KEYS: it has no older key.');
  });

  it('take one ring alone where one is named', async () => {
    const before = textOf('MFA_SECRET_KEYS');
    await rotate('add', ['JWT_KEYS']);
    expect(textOf('MFA_SECRET_KEYS')).toBe(before);
    expect(idsOf('JWT_KEYS')).toHaveLength(2);
  });

  it('show no key', async () => {
    await rotated();
    const { lines, advice } = await rotate('retire');
    const said = [...lines, ...advice].join('\n');
    for (const { bytes } of BOTH.flatMap(ringOf)) {
      expect(said).not.toContain(bytes.toString('base64url'));
    }
  });
});

describe('an old key stays', () => {
  const NAME = 'MFA_SECRET_KEYS';

  it('while rows need it, with what to do about them', async () => {
    await rotated();
    const [, old = ''] = idsOf(NAME);
    needs = [{ keyId: old, use: 'state', rows: 3 }];
    clock.advance({ seconds: 30 * DAY_SECONDS });
    const { advice, isComplete } = await rotate('retire');
    expect([isComplete, idsOf(NAME).length, idsOf('JWT_KEYS').length]).toEqual([false, 2, 1]);
    expect(advice).toContain(
      `${NAME}: the key "${old}" stays: 3 methods are sealed by it (run \`npm run keys:reencrypt\`).`,
    );
    needs = [];
    expect((await rotate('retire')).isComplete).toBe(true);
  });

  it('while the link of a notice, which it tagged, is good', async () => {
    await rotated();
    clock.advance({ seconds: 3 * DAY_SECONDS + 3599 });
    expect((await rotate('retire', [NAME])).isComplete).toBe(false);
    clock.advance({ seconds: 1 });
    expect((await rotate('retire', [NAME])).isComplete).toBe(true);
  });

  it('while the link of a password reset, which it signed, is good', async () => {
    env = { ...env, SESSION_IDLE_SECONDS: '300', PASSWORD_RESET_TOKEN_EXPIRY: '86400' };
    await rotated();
    clock.advance({ seconds: DAY_SECONDS + 3599 });
    expect((await rotate('retire', ['JWT_KEYS'])).isComplete).toBe(false);
    clock.advance({ seconds: 1 });
    expect((await rotate('retire', ['JWT_KEYS'])).isComplete).toBe(true);
  });
});

describe('a phase that is not due', () => {
  it('is refused for all rings when it is for one, and nothing is written', async () => {
    await rotate('add', ['JWT_KEYS']);
    const before = BOTH.map(textOf);
    await expect(rotate('add')).rejects.toThrow('JWT_KEYS has a next key already');
    await expect(rotate('promote')).rejects.toThrow('MFA_SECRET_KEYS has no next key');
    expect(BOTH.map(textOf)).toEqual(before);
  });

  it('is refused for a text that is no ring, which is named and not shown', async () => {
    writeFileSync(fileOf('JWT_KEYS'), 'a:secret-words');
    const failure = await rotate('add').then(null, String);
    expect(failure).toContain(`JWT_KEYS_FILE (${fileOf('JWT_KEYS')}) takes id:key pairs`);
    expect(failure).not.toContain('secret-words');
  });
});

describe('rings that are kept elsewhere', () => {
  it('are lines of an .env file where the environment holds them', async () => {
    const texts = generateKeys(random);
    env = { NODE_ENV: 'test', DATA_DIRECTORY: directory, ...texts };
    const { lines, advice } = await rotate('add');
    expect(lines).toHaveLength(2);
    BOTH.forEach((name, index) =>
      expect(lines[index]?.startsWith(`${name}=${texts[name]},`)).toBe(true),
    );
    expect(advice.join('\n')).not.toContain('Written');
  });

  it('are written where a development server keeps them', async () => {
    const kept = loadDevelopmentKeys(directory, random);
    env = { NODE_ENV: 'test', DATA_DIRECTORY: directory };
    await rotate('add');
    const now = loadDevelopmentKeys(directory, random);
    for (const name of BOTH) expect(now[name].startsWith(`${kept[name]},`)).toBe(true);
  });

  it('get wrapped keys where there is a master key', async () => {
    const master = random.bytes(32);
    const keys = new LocalKeyManagement(master);
    for (const name of BOTH) {
      const text = keyEntriesText([await wrapKey(generateKey(name, random), keys)]);
      writeFileSync(fileOf(name), text);
    }
    env = { ...env, MFA_MASTER_KEY: master.toString('base64url') };
    await rotated();
    for (const name of BOTH) expect(ringOf(name).map((key) => key.isWrapped)).toEqual([true, true]);
    expect((await loadConfig(env)).mfa.secretKeys).toHaveLength(2);
  });
});
