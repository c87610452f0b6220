import argon2 from '@node-rs/argon2';
import { readArgon2id, textOfArgon2id } from './argon2id-text.js';

const HASH = {
  work: { memoryKib: 256, passes: 2 },
  salt: Buffer.from('a salt of 16 b..'),
  digest: Buffer.from('f'.repeat(64), 'hex'),
};
const TEXT = textOfArgon2id(HASH);

it('reads what it writes', () => {
  expect(readArgon2id(TEXT)).toEqual(HASH);
});

it('writes and reads the text of other implementations', async () => {
  const made = await argon2.hash('password', { memoryCost: 256, timeCost: 2, parallelism: 1 });
  expect(textOfArgon2id(readArgon2id(made))).toBe(made);
});

it.each([
  ['nothing', ''],
  ['another algorithm', TEXT.replace('argon2id', 'argon2i')],
  ['an older version', TEXT.replace('v=19', 'v=16')],
  ['more lanes', TEXT.replace('p=1', 'p=2')],
  ['more memory than a setting takes', TEXT.replace('m=256', 'm=99999999')],
  ['a cut digest', TEXT.slice(0, -1)],
  ['a further line', `${TEXT}\n`],
])('refuses %s', (_, text) => {
  expect(() => readArgon2id(text)).toThrow('damaged');
});
