import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw } from '../../bench/draw.mjs';
import { renderGrowthBlock, renderReadmeBlock, renderRunBlock } from '../../bench/markdown.mjs';
import { readDocument, ROOT } from '../support/documents.js';

const readResult = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Tables are padded, and lines wrapped, by the formatter. */
function unformatted(text: string): string {
  return text.replace(/-{2,}:?/g, '-').replace(/\s+/g, ' ');
}

describe('the published run of the benchmark', () => {
  const run = readResult('docs/bench.json');

  it('is what the chart is drawn from', () => {
    expect(readFileSync(join(ROOT, 'docs/bench.svg'), 'utf8')).toBe(draw(run));
  });

  it.each([
    ['README.md', renderReadmeBlock],
    ['docs/performance.md', renderRunBlock],
  ])('is what %s shows', (document, render) => {
    expect(unformatted(readDocument(document))).toContain(unformatted(render(run)));
  });
});

describe('a run of the benchmark', () => {
  const count = { statements: 3, roundTrips: 2, commits: 1 };
  const statements = [{ work: 'refresh', server: 'ours', waitedFor: count, behind: count }];
  const lacks = [
    { work: 'backup', server: 'floor' },
    { work: 'refresh', server: 'before' },
  ];
  const block = renderRunBlock({ ...readResult('docs/bench.json'), statements, lacks });

  it('shows the statements of a work, until its answer and behind it', () => {
    expect(block).toContain('| refresh of a session | ours | 3 | 2 | 1 | 3 | 2 | 1 |');
  });

  it.each([
    '|  | floor | – | – | – | – | – | does not do it |',
    '|  | before | does not do it | – | – | – | – | – |',
  ])('says that a server lacks a work: %s', (row) => {
    expect(block).toContain(row);
  });
});

describe('the published run of the growth', () => {
  it('is what docs/performance.md shows', () => {
    const block = renderGrowthBlock(readResult('docs/bench-growth.json'));
    expect(unformatted(readDocument('docs/performance.md'))).toContain(unformatted(block));
  });
});
