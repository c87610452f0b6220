import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw } from '../../bench/publish.mjs';
import { renderGrowthBlock, renderSteadyBlock } from '../../bench/long-runs.mjs';
import { renderReadmeBlock, renderRunBlock, renderRunsBlock } from '../../bench/markdown.mjs';
import { readDocument, ROOT } from '../support/documents.js';

const readResult = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Tables are padded, and lines wrapped, by the formatter. */
function unformatted(text: string): string {
  return text.replace(/-{2,}:?/g, '-').replace(/\s+/g, ' ');
}

const published = readResult('docs/bench.json');

describe('the published runs of the benchmark', () => {
  it('are what the chart is drawn from', () => {
    expect(readFileSync(join(ROOT, 'docs/bench.svg'), 'utf8')).toBe(draw(published));
  });

  it.each([
    ['README.md', renderReadmeBlock],
    ['docs/performance.md', renderRunsBlock],
  ])('are what %s shows', (document, render) => {
    expect(unformatted(readDocument(document))).toContain(unformatted(render(published)));
  });
});

describe('the published steady run', () => {
  it('is what docs/performance.md shows', () => {
    const block = renderSteadyBlock(published.steady);
    expect(unformatted(readDocument('docs/performance.md'))).toContain(unformatted(block));
  });
});

describe('runs on two versions of Node.js', () => {
  const [run] = published.runs;
  const older = { ...run, versions: { ...run.versions, 'Node.js': '18.0.0' } };

  it.each([renderReadmeBlock, renderRunsBlock])('are shown, each with its own', (render) => {
    const block = render({ runs: [run, older] });
    expect(block).toContain(`Node.js ${run.versions['Node.js']}.`);
    expect(block).toContain('Node.js 18.0.0.');
  });
});

describe('a run of the benchmark', () => {
  const count = { statements: 3, roundTrips: 2, commits: 1 };
  const statements = [{ work: 'refresh', server: 'ours', waitedFor: count, behind: count }];
  const lacks = [
    { work: 'backup', server: 'floor' },
    { work: 'refresh', server: 'before' },
  ];
  const block = renderRunBlock({ ...published.runs[0], statements, lacks });

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
