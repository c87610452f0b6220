import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'coverage', '.data', 'results']);
const TEXT = /\.(?:ts|js|mjs|cjs|json|md|yml|css|html)$|^[^.]+$/;

/** Each is written so that it does not match itself. */
const FORBIDDEN_WORDS = [
  /\.(?:skip|only)\(/,
  /\b[fx](?:it|describe|test)\(/,
  /\bTO(?:DO)\b/,
  /\bFIX(?:ME)\b/,
  /\beslint-(?:disable)/,
  /@ts-(?:ignore|nocheck)/,
];

/** Where time and randomness come from: all else is handed a Clock and a RandomSource. */
const SOURCES_OF_TIME_AND_CHANCE = ['src/mfa/contract/clock.ts', 'src/mfa/contract/random.ts'];
const AMBIENT_TIME_OR_CHANCE =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandom(?:Bytes|Int|UUID|FillSync)\(|\bperformance\.now\(/;

/** Texts are bounded before they are normalised. */
const WHERE_TEXT_IS_NORMALISED = ['src/mfa/contract/normalize-text.ts'];
const BARE_NORMALISATION = /\.normalize\(/;

const MAX_SOURCE_LINES = 250;
const MAX_TEST_LINES = 400;

const paths = listFiles(ROOT).filter((path) => TEXT.test(path.split('/').at(-1) ?? ''));
const isSpec = (path: string) => path.endsWith('.spec.ts');
const isCode = (path: string) => /\.(?:ts|js|mjs|cjs)$/.test(path);
const isSource = (path: string) => isCode(path) && path.startsWith('src/') && !isSpec(path);

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name) && name !== 'package-lock.json')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? listFiles(path) : [relative(ROOT, path)];
    });
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** "path:line: text" of each line that matches. */
function findLines(path: string, pattern: RegExp): string[] {
  return read(path)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}

/** "path:line" of each `any` that is written as a type. */
function findAnyTypes(path: string): string[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const linesOf = (path: string) => read(path).trimEnd().split('\n').length;

describe('the text of the repository', () => {
  it('is found', () => {
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'src/mfa/index.ts']));
    expect(paths.filter(isSource).length).toBeGreaterThan(100);
    expect(paths.filter(isSpec).length).toBeGreaterThan(30);
  });

  it.each(FORBIDDEN_WORDS)('has nowhere %s', (pattern) => {
    expect(paths.flatMap((path) => findLines(path, pattern))).toEqual([]);
  });

  it('has no type any', () => {
    const typed = paths.filter((path) => path.endsWith('.ts'));
    expect(typed.flatMap(findAnyTypes)).toEqual([]);
  });

  it('takes time and randomness from one file each', () => {
    const sources = paths.filter(isSource);
    const found = sources.filter((path) => findLines(path, AMBIENT_TIME_OR_CHANCE).length > 0);
    expect(found).toEqual(SOURCES_OF_TIME_AND_CHANCE);
  });

  it('normalises text in one file', () => {
    const found = paths
      .filter(isSource)
      .filter((path) => findLines(path, BARE_NORMALISATION).length > 0);
    expect(found).toEqual(WHERE_TEXT_IS_NORMALISED);
  });

  it('comes in files that can be read in one go', () => {
    const long = [
      ...paths.filter((path) => isSource(path) && linesOf(path) > MAX_SOURCE_LINES),
      ...paths.filter((path) => isSpec(path) && linesOf(path) > MAX_TEST_LINES),
    ];
    expect(long).toEqual([]);
  });
});
