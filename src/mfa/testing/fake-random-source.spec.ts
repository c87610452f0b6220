import { FakeRandomSource } from './fake-random-source.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function drawsOf(random: FakeRandomSource): unknown[] {
  return [random.bytes(40).toString('hex'), random.below(1000), random.rowId()];
}

describe('FakeRandomSource', () => {
  it('repeats itself for a seed, and differs for another', () => {
    const draws = drawsOf(new FakeRandomSource('one'));
    expect(drawsOf(new FakeRandomSource('one'))).toEqual(draws);
    expect(drawsOf(new FakeRandomSource('two'))).not.toEqual(draws);
  });

  it('gives as many bytes as asked, never the same ones twice', () => {
    const random = new FakeRandomSource();
    expect([0, 1, 32, 33, 100].map((length) => random.bytes(length).length)).toEqual([
      0, 1, 32, 33, 100,
    ]);
    const drawn = Array.from({ length: 1000 }, () => random.bytes(16).toString('hex'));
    expect(new Set(drawn).size).toBe(1000);
  });

  it('draws every value below a bound about equally often', () => {
    const random = new FakeRandomSource();
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts).toHaveLength(10);
    expect(counts.filter((count) => count < 850 || count > 1150)).toEqual([]);
  });

  it('makes keys of rows of the right form, each later than the one before', () => {
    const random = new FakeRandomSource();
    const ids = Array.from({ length: 100 }, () => random.rowId());
    expect(ids.filter((id) => !UUID_V7.test(id))).toEqual([]);
    expect([...new Set(ids)].sort()).toEqual(ids);
  });
});
