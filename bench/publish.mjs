import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { say, UsageError } from './command.mjs';
import { draw } from './draw.mjs';
import { renderGrowthBlock, renderReadmeBlock, renderRunBlock } from './markdown.mjs';

/**
 * @typedef {import('./growth.mjs').GrowthSummary} GrowthSummary
 * @typedef {import('./summary.mjs').RunSummary} RunSummary
 */

const ROOT = new URL('../', import.meta.url);

/**
 * Writes a run into docs/bench.json and everything derived from it.
 *
 * @param {RunSummary} summary
 */
export async function publishRun(summary) {
  await writeFormatted('docs/bench.json', JSON.stringify(summary, null, 2));
  await writeFile(new URL('docs/bench.svg', ROOT), draw(summary));
  await replaceBlock('README.md', 'bench', renderReadmeBlock(summary));
  await replaceBlock('docs/performance.md', 'bench', renderRunBlock(summary));
  say('Published in docs/bench.json, docs/bench.svg, docs/performance.md and README.md.');
}

/**
 * Writes a run of `npm run bench:growth` into docs/bench-growth.json and docs/performance.md.
 *
 * @param {GrowthSummary} summary
 */
export async function publishGrowth(summary) {
  await writeFormatted('docs/bench-growth.json', JSON.stringify(summary, null, 2));
  await replaceBlock('docs/performance.md', 'growth', renderGrowthBlock(summary));
  say('Published in docs/bench-growth.json and docs/performance.md.');
}

/** @throws {UsageError} when a document lacks the markers; call this before measuring */
export async function checkMarkers() {
  for (const marked of [
    { document: 'README.md', name: 'bench' },
    { document: 'docs/performance.md', name: 'bench' },
    { document: 'docs/performance.md', name: 'growth' },
  ]) {
    placeOf(await readFile(new URL(marked.document, ROOT), 'utf8'), marked);
  }
}

/**
 * @param {string} document
 * @param {string} name
 * @param {string} block
 */
async function replaceBlock(document, name, block) {
  const text = await readFile(new URL(document, ROOT), 'utf8');
  const { start, end } = placeOf(text, { document, name });
  await writeFormatted(document, `${text.slice(0, start)}\n\n${block}\n\n${text.slice(end)}`);
}

/**
 * Between `<!-- name:begin -->` and `<!-- name:end -->`.
 *
 * @param {string} text
 * @param {{document: string, name: string}} marked
 */
function placeOf(text, { document, name }) {
  const [begin, finish] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const start = text.indexOf(begin) + begin.length;
  const end = text.indexOf(finish);
  if (text.includes(begin) && end >= start) return { start, end };
  throw new UsageError(`${document} lacks ${begin} and ${finish}.`);
}

/**
 * A block as it is written, with its tables aligned.
 *
 * @param {string} block
 */
export function formatted(block) {
  return format(block, { parser: 'markdown', proseWrap: 'preserve' });
}

/**
 * @param {string} path
 * @param {string} text
 */
async function writeFormatted(path, text) {
  const file = fileURLToPath(new URL(path, ROOT));
  const config = await resolveConfig(file);
  await writeFile(file, await format(text, { ...config, filepath: file }));
}

/** @param {string} name */
async function readPublished(name) {
  return JSON.parse(await readFile(new URL(`docs/${name}`, ROOT), 'utf8'));
}

// `npm run bench:render`: the chart and the tables anew from the published runs.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await publishRun(await readPublished('bench.json'));
  await publishGrowth(await readPublished('bench-growth.json'));
}
