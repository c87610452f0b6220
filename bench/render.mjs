/* Renders the chart and the tables again from the published runs. */
import { readFile } from 'node:fs/promises';
import { publishGrowth, publishRun } from './publish.mjs';

/** @param {string} name */
const read = async (name) =>
  JSON.parse(await readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8'));

await publishRun(await read('bench.json'));
await publishGrowth(await read('bench-growth.json'));
