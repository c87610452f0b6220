import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, runCommand, say, writeResult } from './command.mjs';
import { ours as makeOurs } from './contestants/ours.mjs';
import { fillOurs } from './fill-ours.mjs';
import { renderGrowthBlock } from './markdown.mjs';
import {
  measure,
  median,
  medianIfKnown,
  prepareTickets,
  residentMibOf,
  round,
  roundedSpread,
  spreadOf,
} from './measure.mjs';
import { readGrowthOptions } from './options.mjs';
import { checkMarkers, formatted, publishGrowth } from './publish.mjs';
import { describeMachine, describeVersions } from './summary.mjs';
import { workOf } from './works.mjs';

/**
 * @typedef {import('./command.mjs').Context} Context
 * @typedef {import('./contestants.mjs').Contestant & {users: number, events: number,
 *   databaseMib: number, database: import('pg').Client}} Size
 * @typedef {import('./measure.mjs').NumberedRun & {users: number}} GrowthRun
 * @typedef {{verifies: number, residentMib: number | null, liveHeapMib: number | null}} Reading
 */

/**
 * A whole run, as docs/bench-growth.json has it.
 *
 * @typedef {ReturnType<typeof summarizeGrowth> & {command: string, startedAt: string,
 *   machine: Awaited<ReturnType<typeof describeMachine>>,
 *   versions: Awaited<ReturnType<typeof describeVersions>>}} GrowthSummary
 */

const CLIENTS = 8;
const RIGHT_CODE = workOf('right');
const WRONG_CODE = workOf('wrong');

/**
 * A database of this size, with our server.
 *
 * @param {number} users
 * @param {{databaseUrl: string}} options
 * @param {Context} context
 * @returns {Promise<Size>}
 */
async function openSize(users, options, context) {
  const database = await openDatabase(options.databaseUrl, context);
  const ours = await makeOurs(database);
  ours.server = await ours.start();
  context.cleanup.push(ours.server.stop);
  const { events, openLogins } = await fillOurs(database, ours.keys, users);
  say('VACUUM ANALYZE …');
  await database.client.query('VACUUM ANALYZE');
  const { rows } = await database.client.query(
    'SELECT pg_database_size(current_database()) / 1048576.0 AS mib',
  );
  const databaseMib = Number(rows[0]?.mib);
  return { ...ours, database: database.client, seed: openLogins, users, events, databaseMib };
}

/**
 * Measures right and wrong codes at each size, in turn.
 *
 * @param {Size[]} sizes
 * @param {{rounds: number, requests: number, signal: AbortSignal}} options
 * @returns {Promise<GrowthRun[]>}
 */
async function measureSizes(sizes, { rounds, requests, signal }) {
  const load = { requests, clients: CLIENTS, seconds: Infinity, signal };
  // Each work has its own logins, so that no user sends two right codes within one time step.
  const turns = [RIGHT_CODE, WRONG_CODE].flatMap((work) =>
    sizes.map((size) => ({ work, size: { ...size, tickets: {} } })),
  );
  for (const { size, work } of turns) {
    await prepareTickets(size, (rounds + 1) * requests, { work, signal });
  }
  const runs = [];
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { work, size } of round % 2 === 1 ? turns : turns.toReversed()) {
      const run = { ...(await measure(size, work, load)), users: size.users, round };
      if (round > 0) runs.push(run);
      const count = size.users.toLocaleString('en');
      say(
        `round ${round} of ${rounds}  p95 ${run.p95.toFixed(1)} ms, ${work.name}: ${count} users`,
      );
    }
  }
  return runs;
}

const STEP = 10_000;

/**
 * Memory of a process while it verifies: what it holds of the machine, and what of its heap was in
 * use after the last full garbage collection.
 *
 * @param {import('./works.mjs').Work} work
 * @param {{verifies: number, clients: number, databaseUrl: string, signal: AbortSignal}} options
 * @param {Context} context
 */
export async function measureMemory(work, { verifies, clients, databaseUrl, signal }, context) {
  const database = await openDatabase(databaseUrl, context);
  const folder = await mkdtemp(join(tmpdir(), 'live-heap-'));
  context.cleanup.push(() => rm(folder, { recursive: true }));
  const liveHeapFile = join(folder, 'bytes');
  const ours = await makeOurs(database);
  const server = await ours.start({
    NODE_OPTIONS: `--import ${new URL('./live-heap.mjs', import.meta.url)}`,
    LIVE_HEAP_FILE: liveHeapFile,
  });
  context.cleanup.push(server.stop);
  const contestant = { ...ours, server, seed: await ours.openSeeder(server) };
  /** @type {(done: number) => Promise<Reading>} */
  const read = async (done) => ({
    verifies: done,
    residentMib: await residentMibOf(server.pid),
    liveHeapMib: await liveHeapMibOf(liveHeapFile),
  });
  const readings = [await read(0)];
  for (let done = 0; done < verifies;) {
    const requests = Math.min(STEP, verifies - done);
    await prepareTickets(contestant, requests, { work, signal });
    const load = { requests, clients, seconds: Infinity, signal };
    const { perSecond } = await measure(contestant, work, load);
    done += requests;
    const reading = await read(done);
    readings.push(reading);
    const { residentMib, liveHeapMib } = reading;
    say(
      `${done} of ${verifies} right codes  ${perSecond.toFixed(0)}/s  ${residentMib?.toFixed(0)} MiB, of the heap in use ${liveHeapMib?.toFixed(1)}`,
    );
  }
  return readings;
}

/**
 * Null before the first full garbage collection.
 *
 * @param {string} file
 */
async function liveHeapMibOf(file) {
  const bytes = await readFile(file, 'utf8').catch(() => null);
  return bytes === null || bytes === '' ? null : Number(bytes) / 1_048_576;
}

/** By then the caches are full: memory that still grows later is a leak. */
const SETTLED_AFTER_VERIFIES = 20_000;

/**
 * For each size the p95 of right and of wrong codes, and its ratio to that of the first size in the
 * same round.
 *
 * @param {Size[]} sizes
 * @param {GrowthRun[]} runs
 * @param {Reading[]} memory
 */
export function summarizeGrowth(sizes, runs, memory) {
  const growth = sizes.map(({ users, events, databaseMib }) => ({
    users,
    events,
    databaseMib: round(databaseMib, 0),
    right: p95Of('right', users),
    wrong: p95Of('wrong', users),
  }));
  return {
    growth,
    memory: memory.map(roundedReading),
    memoryRatio: ratioOf(memory, 'residentMib'),
    liveHeapRatio: ratioOf(memory, 'liveHeapMib'),
  };

  /**
   * @param {string} work
   * @param {number} users
   */
  function p95Of(work, users) {
    /** @param {number | undefined} size */
    const runsOf = (size) => runs.filter((run) => run.work === work && run.users === size);
    const first = runsOf(sizes[0]?.users);
    const own = runsOf(users);
    const ratios = own.map(({ p95 }, index) => p95 / (first[index]?.p95 ?? NaN));
    return {
      p95: round(median(own.map(({ p95 }) => p95)), 2),
      ratio: roundedSpread(spreadOf(ratios)),
    };
  }
}

/** @param {Reading} reading */
function roundedReading({ verifies, residentMib, liveHeapMib }) {
  return {
    verifies,
    residentMib: medianIfKnown([residentMib], 1),
    liveHeapMib: medianIfKnown([liveHeapMib], 1),
  };
}

/**
 * The last reading divided by that of a settled server; null if one is missing.
 *
 * @param {Reading[]} memory
 * @param {'residentMib' | 'liveHeapMib'} reading
 */
function ratioOf(memory, reading) {
  const settled = memory.find(({ verifies }) => verifies >= SETTLED_AFTER_VERIFIES);
  const [before, after] = [settled?.[reading], memory.at(-1)?.[reading]];
  return before && after ? round(after / before, 3) : null;
}

await runCommand(async (context) => {
  const args = process.argv.slice(2);
  const options = { ...readGrowthOptions(args, process.env), signal: context.signal };
  if (options.publish) await checkMarkers();
  const startedAt = new Date().toISOString();
  const sizes = [];
  for (const users of options.users) sizes.push(await openSize(users, options, context));
  const [smallest] = sizes;
  if (smallest === undefined) throw new RangeError('There is no size to measure.');
  const client = smallest.database;
  const facts = {
    machine: await describeMachine(client),
    versions: await describeVersions(client),
  };
  const runs = await measureSizes(sizes, options);
  const memory = await measureMemory(RIGHT_CODE, { ...options, clients: CLIENTS }, context);
  const command = ['npm run bench:growth', ...(args.length ? ['--', ...args] : [])].join(' ');
  const summary = { command, startedAt, ...facts, ...summarizeGrowth(sizes, runs, memory) };
  console.log(`\n${await formatted(renderGrowthBlock(summary))}`);
  say(`Written to ${await writeResult('growth', { ...summary, runs })}`);
  if (options.publish) await publishGrowth(summary);
});
