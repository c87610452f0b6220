/*
 * Draws docs/bench.svg. Each group of bars is one kind of request; the length of a bar is its
 * throughput relative to the fastest in its group.
 */
import { textOfNumber } from './markdown.mjs';
import { comparedWorks, nameOfWork } from './works.mjs';

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
 * @param {{rows: Row[], startedAt: string}} result as docs/bench.json has it
 * @returns {string} an SVG that is read aloud as the same numbers
 */
export function draw({ rows, startedAt }) {
  const groups = groupsOf(rows.filter(({ clients }) => clients === CLIENTS));
  let y = TOP;
  const parts = groups.map((group) => {
    const drawn = drawGroup(group, y);
    y += heightOf(group);
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
  <text class="note" x="${MARGIN}" y="48">Medians of ${date}; one machine for client, servers and PostgreSQL. Compare within a group only.</text>
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

/** @param {Group} group */
function heightOf({ bars }) {
  return GROUP_HEADING + bars.length * (BAR_HEIGHT + BAR_GAP) + GROUP_GAP;
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
