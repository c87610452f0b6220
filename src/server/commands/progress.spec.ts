import { endProgress, showProgress } from './progress.js';

function shown(isTTY: boolean, ...seen: number[]): string {
  const parts: string[] = [];
  const output = { isTTY, write: (text: string) => parts.push(text) };
  for (const count of seen) {
    showProgress(output, { seen: count, total: 1000 }, `${count} of 1000 rows seen`);
  }
  endProgress(output);
  return parts.join('');
}

it('draws one bar over and over on a terminal, never longer than whole', () => {
  const [none, half, whole, more, end] = shown(true, 0, 500, 1000, 1010).split('\r').slice(1);
  expect(none).toContain(`[${'.'.repeat(30)}] 0 of 1000 rows seen`);
  expect(half).toContain(`[${'#'.repeat(15)}${'.'.repeat(15)}] 500 of 1000`);
  expect(whole).toContain(`[${'#'.repeat(30)}]`);
  expect(more).toContain(`[${'#'.repeat(30)}] 1010 of 1000`);
  expect(more?.endsWith('\n')).toBe(true);
  expect(end).toBeUndefined();
});

it('is whole where there is nothing to do', () => {
  const parts: string[] = [];
  showProgress({ isTTY: true, write: (text) => parts.push(text) }, { seen: 0, total: 0 }, 'none');
  expect(parts.join('')).toContain('#'.repeat(30));
});

it('writes plain lines elsewhere', () => {
  expect(shown(false, 500, 1000)).toBe('500 of 1000 rows seen\n1000 of 1000 rows seen\n');
});
