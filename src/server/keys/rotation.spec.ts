import { ConfigError } from '../config/values/config-error.js';
import { type KeyEntry, keyEntriesText, readKeyEntries } from '../config/keys/key-entry.js';
import { addNext, promote, retire } from './rotation.js';

const NOW = new Date('2026-03-01T10:00:00Z');
const ringOf = (text: string) => readKeyEntries(text) ?? [];
const key = (id: string): KeyEntry => ({
  id,
  mark: null,
  replacedAt: null,
  isWrapped: false,
  bytes: Buffer.from('key'),
});

describe('the first phase', () => {
  it('adds a key behind the others, which is not used yet', () => {
    const ring = addNext('RING', ringOf('b:a2V5,a:replaced-20260101T000000Z:a2V5'), key('c'));
    expect(keyEntriesText(ring)).toBe('b:a2V5,a:replaced-20260101T000000Z:a2V5,c:next:a2V5');
  });

  it('does not add a second one, and names the first', () => {
    const again = () => addNext('RING', ringOf('a:a2V5,b:next:a2V5'), key('c'));
    expect(again).toThrow(ConfigError);
    expect(again).toThrow('RING has a next key already, "b"');
  });
});

describe('the second phase', () => {
  it('puts the next key first, and writes down when the one before was replaced', () => {
    const before = ringOf('b:wrapped:a2V5,a:replaced-20260101T000000Z:a2V5,c:next:wrapped:a2V5');
    expect(keyEntriesText(promote('RING', before, NOW))).toBe(
      'c:wrapped:a2V5,b:replaced-20260301T100000Z:wrapped:a2V5,a:replaced-20260101T000000Z:a2V5',
    );
  });

  it('is refused where no key waits', () => {
    expect(() => promote('RING', ringOf('b:a2V5,a:a2V5'), NOW)).toThrow('RING has no next key');
  });
});

describe('the third phase', () => {
  const before = ringOf('d:a2V5,c:a2V5,b:a2V5,a:a2V5,e:next:a2V5');

  it('removes the older keys that nothing needs, and never the first or the next one', () => {
    const { ring, removed, kept } = retire(before, ({ id }) => (id === 'b' ? 'in use' : null));
    expect(ring.map(({ id }) => id)).toEqual(['d', 'b', 'e']);
    expect(removed.map(({ id }) => id)).toEqual(['c', 'a']);
    expect(kept.map((entry) => [entry.key.id, entry.reason])).toEqual([['b', 'in use']]);
  });

  it('asks of no other key whether it is needed', () => {
    const asked: string[] = [];
    retire(before, ({ id }) => {
      asked.push(id);
      return null;
    });
    expect(asked).toEqual(['c', 'b', 'a']);
  });
});
