import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DOCUMENTS, readDocument, ROOT } from '../support/documents.js';

/** Examples of names, and what comes into being by running things. */
const MADE_LATER = /<name>|add-something|^bench\/results\b/;

function matchesOf(document: string, pattern: RegExp): string[] {
  return Array.from(readDocument(document).matchAll(pattern), ([, name = '']) => name);
}

describe.each(DOCUMENTS)('%s', (document) => {
  it('links to files that are there', () => {
    const links = matchesOf(document, /\]\((?!https?:)([^)#]+)[^)]*\)/g);
    const folder = join(ROOT, dirname(document));
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  });

  it('names files that are there', () => {
    const paths = matchesOf(document, /`((?:src|test|docs|scripts|bench|\.ci)\/[^`\s]*)`/g);
    const real = paths.filter((path) => !MADE_LATER.test(path));
    expect(real.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    // npm's own file; its scripts are texts by name.
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const names = matchesOf(document, /\bnpm run (?:--silent )?([\w:-]+)/g);
    expect(names.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

/** Lines of a document. */
function lengthOf(document: string): number {
  return readDocument(document).trimEnd().split('\n').length;
}

describe('the documents together', () => {
  const linkedFrom = (index: string) =>
    matchesOf(index, /\]\((?!https?:)([^)#]+)[^)]*\)/g).map((link) => join(dirname(index), link));

  it('begin with a README of one page', () => {
    expect(lengthOf('README.md')).toBeLessThanOrEqual(150);
  });

  it('are all in the index, which says of which kind each is', () => {
    const indexed = ['docs/README.md', ...linkedFrom('docs/README.md')];
    const folders = DOCUMENTS.filter((path) => dirname(path) === 'docs');
    expect(folders.filter((path) => !indexed.includes(path))).toEqual([]);
  });

  it('have short records of decisions, each in the list of them', () => {
    const records = DOCUMENTS.filter((path) => /^docs\/decisions\/\d/.test(path)).sort();
    expect(linkedFrom('docs/decisions/README.md')).toEqual(records);
    expect(records.filter((path) => lengthOf(path) > 40)).toEqual([]);
  });
});
