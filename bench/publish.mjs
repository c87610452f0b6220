import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { say, UsageError } from './command.mjs';
import { renderGrowthBlock, renderSteadyBlock } from './long-runs.mjs';
import { renderReadmeBlock, renderRunsBlock, textOfNumber } from './markdown.mjs';
import { comparedWorks, nameOfWork } from './works.mjs';

/**
 * docs/bench.json: the last run on each major version of Node.js, the newest version first, and the
 * last steady run.
 *
 * @typedef {import('./summary.mjs').RunSummary} RunSummary
 * @typedef {import('./long-runs.mjs').SteadySummary} SteadySummary
 * @typedef {{runs: RunSummary[], steady: SteadySummary | null}} Published
 */

const ROOT = new URL('../', import.meta.url);
const BLOCKS = [
  { document: 'README.md', name: 'bench' },
  { document: 'docs/performance.md', name: 'bench' },
  { document: 'docs/performance.md', name: 'steady' },
  { document: 'docs/performance.md', name: 'growth' },
];

/**
 * Writes a run into docs/bench.json, where it replaces that of the same major version of Node.js, and
 * everything derived from it.
 *
 * @param {RunSummary} summary
 */
export async function publishRun(summary) {
  const { runs, steady } = await readPublished();
  const others = runs.filter((run) => majorOf(run) !== majorOf(summary));
  const sorted = [summary, ...others].sort((one, other) => majorOf(other) - majorOf(one));
  await publish({ runs: sorted, steady });
}

/** @param {SteadySummary} steady */
export async function publishSteady(steady) {
  await publish({ ...(await readPublished()), steady });
}

/** @param {RunSummary} run */
function majorOf({ versions }) {
  return Number.parseInt(versions['Node.js'], 10);
}

/** @param {Published} published */
async function publish(published) {
  await writeFormatted('docs/bench.json', JSON.stringify(published, null, 2));
  await writeFile(new URL('docs/bench.svg', ROOT), draw(published));
  await replaceBlock('README.md', 'bench', renderReadmeBlock(published));
  await replaceBlock('docs/performance.md', 'bench', renderRunsBlock(published));
  await replaceBlock('docs/performance.md', 'steady', renderSteadyBlock(published.steady));
  say('Published in docs/bench.json, docs/bench.svg, docs/performance.md and README.md.');
}

/**
 * Writes a run of `npm run bench:growth` into docs/bench-growth.json and docs/performance.md.
 *
 * @param {import('./long-runs.mjs').GrowthSummary} summary
 */
export async function publishGrowth(summary) {
  await writeFormatted('docs/bench-growth.json', JSON.stringify(summary, null, 2));
  await replaceBlock('docs/performance.md', 'growth', renderGrowthBlock(summary));
  say('Published in docs/bench-growth.json and docs/performance.md.');
}

/** @throws {UsageError} when a document lacks the markers; call this before measuring */
export async function checkMarkers() {
  for (const marked of BLOCKS) {
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

/** @returns {Promise<Published>} */
async function readPublished() {
  return JSON.parse(await readFile(new URL('docs/bench.json', ROOT), 'utf8'));
}

const CLIENTS = 8;
const WIDTH = 760;
const MARGIN = 16;
const LABEL_WIDTH = 170;
const NUMBER_WIDTH = 90;
const BAR_HEIGHT = 16;
const BAR_GAP = 4;
const GROUP_HEADING = 24;
const GROUP_GAP = 14;
const TOP = 64;

/** Colours with contrast on white and on black, also for people with red-green colour blindness. */
const SERVERS = [
  { name: 'ours', label: 'nestjs-mfa', colour: '#2f81f7' },
  { name: 'floor', label: 'floor', colour: '#8b949e' },
  { name: 'Better Auth', label: 'Better Auth', colour: '#d4761b' },
];

/**
 * @typedef {import('./summary.mjs').Row} Row
 * @typedef {{name: string, label: string, colour: string, perSecond: number}} Bar
 * @typedef {{heading: string, bars: Bar[]}} Group
 */

const STYLE = `text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .heading { font-weight: 600 }
    .title { font-size: 16px; font-weight: 600 }
    .note { font-size: 12px; fill: #59636e }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .note { fill: #9198a1 }
    }`;

/**
 * docs/bench.svg, of the first run: each group of bars is one kind of request; the length of a bar is
 * its throughput relative to the fastest in its group.
 *
 * @param {Pick<Published, 'runs'>} published at least one run
 * @returns {string} an SVG that is read aloud as the same numbers
 */
export function draw({ runs: [run] }) {
  if (run === undefined) throw new RangeError('No run has been published.');
  const { rows, startedAt, versions } = run;
  const groups = groupsOf(rows.filter(({ clients }) => clients === CLIENTS));
  let y = TOP;
  const parts = groups.map((group) => {
    const drawn = drawGroup(group, y);
    y += GROUP_HEADING + group.bars.length * (BAR_HEIGHT + BAR_GAP) + GROUP_GAP;
    return drawn;
  });
  const description = groups.map(describe).join(' ');
  const date = startedAt.slice(0, 10);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-labelledby="title description">
  <title id="title">Requests per second with ${CLIENTS} clients</title>
  <desc id="description">${escape(description)}</desc>
  <style>
    ${STYLE}
  </style>
  <text class="title" x="${MARGIN}" y="28">Requests per second, ${CLIENTS} clients</text>
  <text class="note" x="${MARGIN}" y="48">Medians of ${date}, Node.js ${versions['Node.js']}; one machine for client, servers and PostgreSQL. Compare within a group only.</text>
${parts.join('\n')}
</svg>
`;
}

/**
 * @param {Row[]} rows
 * @returns {Group[]}
 */
function groupsOf(rows) {
  return comparedWorks(rows).map((work) => {
    const bars = SERVERS.flatMap((server) => {
      const row = rows.find((each) => each.work === work && each.server === server.name);
      return row === undefined ? [] : [{ ...server, perSecond: row.perSecond }];
    });
    return { heading: nameOfWork(work), bars };
  });
}

/**
 * @param {Group} group
 * @param {number} top
 */
function drawGroup({ heading, bars }, top) {
  const fastest = Math.max(...bars.map(({ perSecond }) => perSecond));
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - NUMBER_WIDTH;
  const lines = bars.map(({ label, colour, perSecond }, index) => {
    const y = top + GROUP_HEADING + index * (BAR_HEIGHT + BAR_GAP);
    const width = Math.max(1, (room * perSecond) / fastest).toFixed(1);
    const x = MARGIN + LABEL_WIDTH;
    const baseline = y + BAR_HEIGHT - 4;
    return `  <text x="${x - 8}" y="${baseline}" text-anchor="end">${escape(label)}</text>
  <rect x="${x}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${colour}"/>
  <text x="${(x + Number(width) + 8).toFixed(1)}" y="${baseline}">${textOfNumber(perSecond)}</text>`;
  });
  const title = `  <text class="heading" x="${MARGIN}" y="${top + 14}">${escape(heading)}</text>`;
  return [title, ...lines].join('\n');
}

/** @param {Group} group */
function describe({ heading, bars }) {
  const numbers = bars.map(({ label, perSecond }) => `${label} ${textOfNumber(perSecond)}`);
  return `${heading}: ${numbers.join(', ')}.`;
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

// `npm run bench:render`: the chart and the tables anew from the published runs.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await publish(await readPublished());
  const growth = await readFile(new URL('docs/bench-growth.json', ROOT), 'utf8');
  await publishGrowth(JSON.parse(growth));
}
