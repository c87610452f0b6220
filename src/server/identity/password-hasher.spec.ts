import { availableParallelism } from 'node:os';
import { jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { type DataSource } from 'typeorm';
import { bcryptOf } from '../../../test/support/slow-hashes.js';
import { KeyRing, resolveMfaOptions } from '../../mfa/index.js';
import { FakeClock, FakeRandomSource } from '../../mfa/testing/index.js';
import { generateKeys } from '../config/keys/generate-keys.js';
import { readConfig } from '../config/read-config.js';
import { type HashWork } from '../config/values/hash-work.js';
import { type Argon2id } from './hashes/argon2id.js';
import { HashCensus } from './hashes/hash-census.js';
import { loadArgon2id } from './hashes/load-argon2id.js';
import { PasswordHasher } from './password-hasher.js';

const ASKER = { subject: 'anybody', ip: '192.0.2.1' };
const NO_BCRYPT = { all: 0, bcrypt: 0, cost: null };

const random = new FakeRandomSource();
const keys = generateKeys(random);
let argon2id: Argon2id;
beforeAll(async () => {
  argon2id = await loadArgon2id();
});
afterEach(() => jest.restoreAllMocks());

/** A hasher beside a table in which so many hashes were counted. */
async function hasherOf(
  { memoryKib, passes }: HashWork = { memoryKib: 8, passes: 1 },
  counted: object = NO_BCRYPT,
): Promise<PasswordHasher> {
  const settings = {
    PASSWORD_HASH_MEMORY_KIB: String(memoryKib),
    PASSWORD_HASH_PASSES: String(passes),
  };
  const config = readConfig(settings, () => keys);
  // All that a census asks of a database.
  const database = { transaction: async () => counted } as unknown as DataSource;
  const ring = new KeyRing(resolveMfaOptions(config.mfa));
  const census = new HashCensus(database, ring, new FakeClock());
  await census.onApplicationBootstrap();
  return new PasswordHasher(config, argon2id, census, random);
}

describe('PasswordHasher', () => {
  let hasher: PasswordHasher;
  beforeAll(async () => {
    hasher = await hasherOf();
  });

  it('knows the password again, and no other', async () => {
    const hash = await hasher.hash('correct horse', ASKER);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
    expect(await hasher.verify('correct horse', hash, ASKER)).toBe(true);
    expect(await hasher.verify('correct house', hash, ASKER)).toBe(false);
  });

  it('makes a salt for each hash', async () => {
    const [one, other] = [await hasher.hash('same', ASKER), await hasher.rehash('same', 'u1')];
    expect(one).not.toBe(other);
    expect(await hasher.verify('same', other, ASKER)).toBe(true);
  });

  it('knows a password again that is kept as bcrypt, and no other', async () => {
    const hash = await bcryptOf('correct horse', 4);
    expect(await hasher.verify('correct horse', hash, ASKER)).toBe(true);
    expect(await hasher.verify('correct house', hash, ASKER)).toBe(false);
  });

  it('reads a long password to its end', async () => {
    const start = 'a'.repeat(100);
    const hash = await hasher.hash(`${start}1`, ASKER);
    expect(await hasher.verify(`${start}2`, hash, ASKER)).toBe(false);
    expect(await hasher.verify(`${start}1`, hash, ASKER)).toBe(true);
  });

  it('reads on after a NUL', async () => {
    expect(await hasher.verify('secret\0b', await hasher.hash('secret\0a', ASKER), ASKER)).toBe(
      false,
    );
  });

  it.each([
    ['a letter and its accent', 'cafe\u0301 1234', 'caf\u00e9 1234'],
    ['a no-break space', 'a\u00a0b c d e', 'a b c d e'],
  ])('takes %s as they are typed elsewhere', async (_, stored, typed) => {
    expect(await hasher.verify(typed, await hasher.hash(stored, ASKER), ASKER)).toBe(true);
  });

  it('keeps upper case, width and blanks at the ends apart', async () => {
    const hash = await hasher.hash('password', ASKER);
    for (const other of ['Password', 'ｐassword', ' password']) {
      expect(await hasher.verify(other, hash, ASKER)).toBe(false);
    }
  });

  it('has a crowd wait in line, so that a thread is left', async () => {
    let [running, most] = [0, 0];
    const digest = jest.spyOn(argon2id, 'digest').mockImplementation(async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      return Buffer.alloc(0);
    });
    const askers = Array.from({ length: 8 }, (_, i) => ({ ...ASKER, subject: `name${i}` }));
    await Promise.all(askers.map((asker) => hasher.verify('anything', null, asker)));
    expect(digest).toHaveBeenCalledTimes(8);
    expect(most).toBe(Math.min(2, availableParallelism()));
  });

  it('sees a hash of another work or kind', async () => {
    const hash = await hasher.hash('correct horse', ASKER);
    expect(hasher.isOutdated(hash)).toBe(false);
    for (const work of [
      { memoryKib: 8, passes: 2 },
      { memoryKib: 16, passes: 1 },
    ]) {
      expect((await hasherOf(work)).isOutdated(hash)).toBe(true);
    }
    expect(hasher.isOutdated(await bcryptOf('correct horse', 4))).toBe(true);
  });
});

describe('without a hash', () => {
  const NAMES = Array.from({ length: 64 }, (_, i) => `name${i}`);

  /** The names that do the work of bcrypt; each does one hash of one kind. */
  async function namesLikeBcrypt(counted: object): Promise<string[]> {
    const hasher = await hasherOf(undefined, counted);
    const compare = jest.spyOn(bcrypt, 'compare');
    const digest = jest.spyOn(argon2id, 'digest');
    const found: string[] = [];
    for (const subject of NAMES) {
      compare.mockClear();
      digest.mockClear();
      expect(await hasher.verify('anything', null, { ...ASKER, subject })).toBe(false);
      const costs = compare.mock.calls.map(([, hash]) => bcrypt.getRounds(hash));
      const works = digest.mock.calls.map(([, , work]) => work);
      const isBcrypt = costs.length > 0;
      expect([costs, works]).toEqual(isBcrypt ? [[5], []] : [[], [{ memoryKib: 8, passes: 1 }]]);
      if (isBcrypt) found.push(subject);
    }
    return found;
  }

  it('does the work of bcrypt as often as stored hashes are bcrypt', async () => {
    expect(await namesLikeBcrypt(NO_BCRYPT)).toEqual([]);
    expect(await namesLikeBcrypt({ all: 3, bcrypt: 3, cost: 5 })).toEqual(NAMES);
    const some = await namesLikeBcrypt({ all: 4, bcrypt: 1, cost: 5 });
    expect(some.length).toBeGreaterThan(8);
    expect(some.length).toBeLessThan(24);
  });

  it('keeps to one kind for a name, until that passes from bcrypt to argon2id', async () => {
    const many = await namesLikeBcrypt({ all: 4, bcrypt: 3, cost: 5 });
    expect(await namesLikeBcrypt({ all: 4, bcrypt: 3, cost: 5 })).toEqual(many);
    const few = await namesLikeBcrypt({ all: 8, bcrypt: 3, cost: 5 });
    expect(many).toEqual(expect.arrayContaining(few));
    expect(few.length).toBeLessThan(many.length);
  });
});

describe('a hash of less work', () => {
  it.each([4, 6, 7])('of bcrypt %d is filled up to the highest cost', async (cost) => {
    const hasher = await hasherOf(undefined, { all: 2, bcrypt: 1, cost: 7 });
    const hash = await bcryptOf('correct horse', cost);
    for (const password of ['correct horse', 'wrong']) {
      const compare = jest.spyOn(bcrypt, 'compare');
      expect(await hasher.verify(password, hash, ASKER)).toBe(password === 'correct horse');
      const work = compare.mock.calls.map(([, compared]) => 2 ** bcrypt.getRounds(compared));
      expect(work.reduce((sum, one) => sum + one)).toBe(2 ** 7);
      compare.mockRestore();
    }
  });

  it.each([
    ['the configured work', { memoryKib: 64, passes: 3 }, [[64, 3]]],
    [
      'less memory',
      { memoryKib: 48, passes: 3 },
      [
        [48, 3],
        [48, 1],
      ],
    ],
    [
      'a pass less',
      { memoryKib: 64, passes: 2 },
      [
        [64, 2],
        [64, 1],
      ],
    ],
    [
      'far less',
      { memoryKib: 16, passes: 1 },
      [
        [16, 1],
        [64, 2],
        [48, 1],
      ],
    ],
    ['nearly as much', { memoryKib: 63, passes: 3 }, [[63, 3]]],
    ['more', { memoryKib: 128, passes: 3 }, [[128, 3]]],
  ])('of argon2id with %s is filled up to the configured one', async (_, work, expected) => {
    const hash = await (await hasherOf(work)).hash('correct horse', ASKER);
    const hasher = await hasherOf({ memoryKib: 64, passes: 3 });
    for (const password of ['correct horse', 'wrong']) {
      const digest = jest.spyOn(argon2id, 'digest');
      expect(await hasher.verify(password, hash, ASKER)).toBe(password === 'correct horse');
      const done = digest.mock.calls.map(([, , { memoryKib, passes }]) => [memoryKib, passes]);
      expect(done).toEqual(expected);
      digest.mockRestore();
    }
  });
});
