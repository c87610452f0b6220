import { readFile } from 'node:fs/promises';
import { PROBLEMS } from '../../src/mfa/contract/errors.js';

const DOCS = new URL('../../docs/problems.md', import.meta.url);

async function documentedProblems(): Promise<[code: string, status: number][]> {
  const sections = (await readFile(DOCS, 'utf8')).split(/^## /m).slice(1);
  return sections.map((section) => {
    const [code = '', , text = ''] = section.split('\n');
    return [code, Number.parseInt(text, 10)];
  });
}

describe('docs/problems.md', () => {
  it('has each code of the catalogue with its status, and no other', async () => {
    const documented = await documentedProblems();
    const catalogue = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);

    expect(documented).toEqual(catalogue);
  });
});
