import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRESET_NAMES } from '../../src/server/config/settings/preset-names.js';
import { PRESETS } from '../../src/server/config/presets/presets.js';
import { readDocument, ROOT } from '../support/documents.js';
import { CLAUSES } from './clauses/all.js';
import { testNameOf } from './support/clause.js';
import { renderConformance } from './support/render.js';

const DOCUMENT = 'docs/conformance.md';

describe('the document of norms', () => {
  it('is what the clauses give; with WRITE_CONFORMANCE=1, becomes it', async () => {
    const text = await renderConformance();
    if (process.env['WRITE_CONFORMANCE'] === '1') writeFileSync(join(ROOT, DOCUMENT), text);
    expect(readDocument(DOCUMENT)).toBe(text);
  });
});

describe.each(PRESET_NAMES)('the clauses of %s', (preset) => {
  const clauses = CLAUSES[preset];
  const faulty = (isFaulty: (clause: (typeof clauses)[number]) => boolean) =>
    clauses.filter(isFaulty).map(testNameOf);

  it('are each shown by a test where they are met, and explained where something is missing', () => {
    const isShown = ({ show, seenIn = [] }: (typeof clauses)[number]) =>
      show !== undefined || seenIn.length > 0;
    expect(faulty((one) => one.verdict.startsWith('met') && !isShown(one))).toEqual([]);
    expect(
      faulty(({ verdict, because }) => (verdict === 'met') !== (because === undefined)),
    ).toEqual([]);
  });

  it('stand once each, and name specs that are there', () => {
    expect(new Set(clauses.map(testNameOf)).size).toBe(clauses.length);
    const paths = clauses.flatMap(({ seenIn = [] }) => seenIn);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('are all those by which the preset refuses something', () => {
    const walked = clauses.flatMap(({ id }) => {
      const [norm, ...numbers] = id.replaceAll(',', '').split(' ');
      return numbers.map((number) => `${norm} ${number}`);
    });
    const cited = PRESETS[preset].rules.map(({ clause }) => clause);
    expect(cited.filter((clause) => !walked.includes(clause))).toEqual([]);
  });
});
