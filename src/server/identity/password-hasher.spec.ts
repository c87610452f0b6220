import { availableParallelism } from 'node:os';
import { jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { generateKeys } from '../config/keys/generate-keys.js';
import { readConfig } from '../config/read-config.js';
import { PasswordHasher } from './password-hasher.js';

const ASKER = { subject: 'anybody', ip: '192.0.2.1' };

function hasherOfCost(cost: number): PasswordHasher {
  const keys = generateKeys(new FakeRandomSource());
  return new PasswordHasher(readConfig({ PASSWORD_HASH_COST: String(cost) }, () => keys));
}

describe('PasswordHasher', () => {
  const hasher = hasherOfCost(4);

  it('knows the password again, and no other', async () => {
    const hash = await hasher.hash('correct horse', ASKER);
    expect(hash).toMatch(/^\$2b\$04\$/);
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
    const compare = jest.spyOn(bcrypt, 'compare');
    const work = async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      return false;
    };
    // TypeScript picks the signature with a callback.
    compare.mockImplementation(work as never);
    const askers = Array.from({ length: 8 }, (_, i) => ({ ...ASKER, subject: `name${i}` }));
    await Promise.all(askers.map((asker) => hasher.verify('anything', null, asker)));
    expect(compare).toHaveBeenCalledTimes(8);
    expect(most).toBe(Math.min(2, availableParallelism()));
    compare.mockRestore();
  });

  it('refuses where there is no hash', async () => {
    expect(await hasher.verify('anything', null, ASKER)).toBe(false);
  });

  it.each([
    ['no hash', null],
    ['a hash of a lower cost', 4],
    ['a hash of the cost below', 6],
    ['a hash of the configured cost', 7],
  ])('does the work of the configured cost with %s', async (_, cost) => {
    const hash = cost === null ? null : await hasherOfCost(cost).hash('correct horse', ASKER);
    const compare = jest.spyOn(bcrypt, 'compare');
    for (const password of ['correct horse', 'wrong']) {
      compare.mockClear();
      const isRight = await hasherOfCost(7).verify(password, hash, ASKER);
      expect(isRight).toBe(hash !== null && password === 'correct horse');
      const work = compare.mock.calls.map(([, compared]) => 2 ** bcrypt.getRounds(compared));
      expect(work.reduce((sum, one) => sum + one)).toBe(2 ** 7);
    }
    compare.mockRestore();
  });

  it('sees a hash of another cost', async () => {
    const hash = await hasher.hash('correct horse', ASKER);
    expect(hasher.isOutdated(hash)).toBe(false);
    expect(hasherOfCost(5).isOutdated(hash)).toBe(true);
  });
});
