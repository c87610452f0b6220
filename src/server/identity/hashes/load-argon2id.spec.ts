import crypto from 'node:crypto';
import argon2 from '@node-rs/argon2';
import { ConfigError } from '../../config/values/config-error.js';
import { loadArgon2id, type NodeArgon2 } from './load-argon2id.js';

/** A vector of the reference implementation: test.c of phc-winner-argon2, version 0x13. */
const WORK = { memoryKib: 256, passes: 2 };
const SALT = Buffer.from('somesalt');
const DIGEST = '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe';

const notInstalled = () => Promise.reject(new Error('Cannot find native binding.'));

/** Node's function where this Node has it, or else one that takes the same parameters. */
const ofNode: NodeArgon2 =
  (crypto as { readonly argon2?: NodeArgon2 }).argon2 ??
  ((algorithm, { message, nonce, memory, passes, tagLength, parallelism }, callback) => {
    expect(algorithm).toBe('argon2id');
    const work = { memoryCost: memory, timeCost: passes, parallelism };
    const options = { ...work, salt: nonce, outputLen: tagLength };
    argon2.hashRaw(message, options).then(
      (digest) => callback(null, digest),
      (error: Error) => callback(error, Buffer.alloc(0)),
    );
  });

const digestOf = async (...parts: Parameters<typeof loadArgon2id>) =>
  (await (await loadArgon2id(...parts)).digest('password', SALT, WORK)).toString('hex');

it('computes argon2id by the package', async () => {
  const unused: NodeArgon2 = () => {
    throw new Error('The package is there.');
  };
  expect(await digestOf(undefined, unused)).toBe(DIGEST);
});

it('computes the same by Node where the package lacks its native part', async () => {
  expect(await digestOf(notInstalled, ofNode)).toBe(DIGEST);
});

it('passes on what Node cannot compute', async () => {
  const argon2id = await loadArgon2id(notInstalled, ofNode);
  const tooShort = Buffer.from('short');
  await expect(argon2id.digest('password', tooShort, WORK)).rejects.toThrow();
});

it('says what to install where neither is there', async () => {
  const start = loadArgon2id(notInstalled, null);
  await expect(start).rejects.toThrow(ConfigError);
  await expect(start).rejects.toThrow(/@node-rs\/argon2 is not installed.*or run Node 24\.7/);
});
