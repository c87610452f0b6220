import { availableParallelism } from 'node:os';
import { hashesAtOnce } from './hashes-at-once.js';

const MIB = 2 ** 20;

it.each([
  ['as many as are configured', { atOnce: 2, memoryKib: 19_456 }, 4, 512, 2],
  ['no more than there are processors', { atOnce: 4, memoryKib: 19_456 }, 3, 512, 3],
  ['no more than a quarter of the memory holds', { atOnce: 4, memoryKib: 65_536 }, 4, 512, 2],
  ['exactly what a quarter of the memory holds', { atOnce: 4, memoryKib: 65_536 }, 4, 768, 3],
  ['one where not even one fits', { atOnce: 2, memoryKib: 524_288 }, 4, 512, 1],
])('makes %s at once', (_, configured, processors, mib, expected) => {
  expect(hashesAtOnce(configured, { processors, memoryBytes: mib * MIB })).toBe(expected);
});

it('goes by this machine', () => {
  const configured = { atOnce: 1024, memoryKib: 8 };
  expect(hashesAtOnce(configured)).toBe(availableParallelism());
});
