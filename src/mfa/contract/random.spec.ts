import { SystemRandomSource } from './random.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('SystemRandomSource', () => {
  const random = new SystemRandomSource();

  it('draws as many bytes as asked, other ones each time', () => {
    expect(random.bytes(32)).toHaveLength(32);
    expect(random.bytes(32).equals(random.bytes(32))).toBe(false);
  });

  it('gives no byte of a nonce twice, and keeps those that were given', () => {
    const given = Array.from({ length: 1000 }, () => random.nonce(12));
    const noted = given.map((nonce) => nonce.toString('hex'));
    random.nonce(64);
    expect(new Set(noted).size).toBe(1000);
    expect(given.map((nonce) => nonce.toString('hex'))).toEqual(noted);
    expect(random.nonce(5000)).toHaveLength(5000);
  });

  it('draws every value below the bound, and no other', () => {
    const drawn = new Set(Array.from({ length: 1000 }, () => random.below(10)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('makes keys of rows that sort in the order of their making', () => {
    const ids = Array.from({ length: 2000 }, () => random.rowId());
    expect(ids.filter((id) => !UUID_V7.test(id))).toEqual([]);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('draws characters of the alphabet only, and all of them', () => {
    const text = random.characters('ABC', 300);
    expect(text).toHaveLength(300);
    expect([...new Set(text)].sort()).toEqual(['A', 'B', 'C']);
  });
});
