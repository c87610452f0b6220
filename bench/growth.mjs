import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, runCommand, say, writeResult } from './command.mjs';
import { ours as makeOurs } from './contestants/ours.mjs';
import { fillOurs } from './fill-ours.mjs';
import { textOfFacts, textOfNumber, textOfSpread } from './markdown.mjs';
import {
  measure,
  median,
  prepareTickets,
  residentMibOf,
  round,
  roundedSpread,
  spreadOf,
} from './measure.mjs';
import { readGrowthOptions } from './options.mjs';
import { checkMarkers, publishGrowth } from './publish.mjs';
import { alignTable, describeMachine, describeVersions } from './report.mjs';
import { workOf } from './works.mjs';

const CLIENTS = 8;
const RIGHT_CODE = workOf('right');
const WRONG_CODE = workOf('wrong');

/** A database of this size, with our server. */
async function openSize(users, options, context) {
  const database = await openDatabase(options.databaseUrl, context);
  const ours = await makeOurs(database);
  ours.server = await ours.start();
  context.cleanup.push(ours.server.stop);
  const { events, openLogins } = await fillOurs(database, ours.keys, users);
  say('VACUUM ANALYZE …');
  await database.client.query('VACUUM ANALYZE');
  const [{ mib }] = await rowsOf(
    database.client,
    'SELECT pg_database_size(current_database()) / 1048576.0 AS mib',
  );
  return { ...ours, database, seed: openLogins, users, events, databaseMib: Number(mib) };
}

async function rowsOf(client, statement) {
  return (await client.query(statement)).rows;
}

/** Measures right and wrong codes at each size, in turn. */
async function measureSizes(sizes, { rounds, requests, signal }) {
  const load = { requests, clients: CLIENTS, seconds: Infinity, signal };
  // Each work has its own logins, so that no user sends two right codes within one time step.
  const turns = [RIGHT_CODE, WRONG_CODE].flatMap((work) =>
    sizes.map((size) => ({ work, size: { ...size, tickets: [] } })),
  );
  for (const { size } of turns) await prepareTickets(size, (rounds + 1) * requests, signal);
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
 * @param work what is verified
 * @param {{verifies: number, clients: number, databaseUrl: string, signal: AbortSignal}} options
 */
export async function measureMemory(work, { verifies, clients, databaseUrl, signal }, context) {
  const database = await openDatabase(databaseUrl, context);
  const folder = await mkdtemp(join(tmpdir(), 'live-heap-'));
  context.cleanup.push(() => rm(folder, { recursive: true }));
  const liveHeapFile = join(folder, 'bytes');
  const ours = await makeOurs(database);
  ours.server = await ours.start({
    NODE_OPTIONS: `--import ${new URL('./live-heap.mjs', import.meta.url)}`,
    LIVE_HEAP_FILE: liveHeapFile,
  });
  context.cleanup.push(ours.server.stop);
  ours.seed = await ours.openSeeder();
  const read = async (done) => ({
    verifies: done,
    residentMib: await residentMibOf(ours.server.pid),
    liveHeapMib: await liveHeapMibOf(liveHeapFile),
  });
  const readings = [await read(0)];
  for (let done = 0; done < verifies;) {
    const requests = Math.min(STEP, verifies - done);
    await prepareTickets(ours, requests, signal);
    const load = { requests, clients, seconds: Infinity, signal };
    const { perSecond } = await measure(ours, work, load);
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

/** Null before the first full garbage collection. */
async function liveHeapMibOf(file) {
  const bytes = await readFile(file, 'utf8').catch(() => null);
  return bytes === null || bytes === '' ? null : Number(bytes) / 1_048_576;
}

/** By then the caches are full: memory that still grows later is a leak. */
const SETTLED_AFTER_VERIFIES = 20_000;

/**
 * For each size the p95 of right and of wrong codes, and its ratio to that of the first size in the
 * same round.
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

  function p95Of(work, users) {
    const runsOf = (size) => runs.filter((run) => run.work === work && run.users === size);
    const first = runsOf(sizes[0].users);
    const own = runsOf(users);
    const ratios = own.map(({ p95 }, index) => p95 / first[index].p95);
    return {
      p95: round(median(own.map(({ p95 }) => p95)), 2),
      ratio: roundedSpread(spreadOf(ratios)),
    };
  }
}

function roundedReading({ verifies, residentMib, liveHeapMib }) {
  return { verifies, residentMib: round(residentMib, 1), liveHeapMib: round(liveHeapMib, 1) };
}

/** The last reading divided by that of a settled server; null if one is missing. */
function ratioOf(memory, reading) {
  const settled = memory.find(({ verifies }) => verifies >= SETTLED_AFTER_VERIFIES);
  const last = memory.at(-1);
  if (!settled?.[reading] || !last[reading]) return null;
  return round(last[reading] / settled[reading], 3);
}

/** The summary as text for a terminal. */
export function renderGrowthText({ growth, memory, memoryRatio, liveHeapRatio, ...about }) {
  const { command, startedAt, machine, versions } = about;
  const sizes = growth.map(({ users, events, databaseMib, right, wrong }) => [
    ...[users, events].map((count) => count.toLocaleString('en')),
    textOfNumber(databaseMib),
    ...[right, wrong].flatMap(({ p95, ratio }) => [p95.toFixed(1), textOfSpread(ratio)]),
  ]);
  const heading = ['users', 'events', 'MiB', 'right p95 ms', 'ratio', 'wrong p95 ms', 'ratio'];
  const readings = memory.map(({ verifies, residentMib, liveHeapMib }) => [
    'after',
    `${verifies.toLocaleString('en')} right codes`,
    `${textOfNumber(residentMib)} MiB`,
    `heap in use ${liveHeapMib?.toFixed(1) ?? '–'} MiB`,
  ]);
  return [
    `${command}  ${startedAt}\n${textOfFacts(machine)}\n${textOfFacts(versions)}`,
    alignTable([heading, ...sizes]),
    alignTable(readings),
    `at the end by that after 20,000: resident ${memoryRatio?.toFixed(2) ?? '–'}, heap in use ${liveHeapRatio?.toFixed(2) ?? '–'}`,
  ].join('\n\n');
}

await runCommand(async (context) => {
  const args = process.argv.slice(2);
  const options = { ...readGrowthOptions(args, process.env), signal: context.signal };
  if (options.publish) await checkMarkers();
  const startedAt = new Date().toISOString();
  const sizes = [];
  for (const users of options.users) sizes.push(await openSize(users, options, context));
  const { client } = sizes[0].database;
  const facts = {
    machine: await describeMachine(client),
    versions: await describeVersions(client),
  };
  const runs = await measureSizes(sizes, options);
  const memory = await measureMemory(RIGHT_CODE, { ...options, clients: CLIENTS }, context);
  const command = ['npm run bench:growth', ...(args.length ? ['--', ...args] : [])].join(' ');
  const summary = { command, startedAt, ...facts, ...summarizeGrowth(sizes, runs, memory) };
  console.log(`\n${renderGrowthText(summary)}`);
  say(`Written to ${await writeResult('growth', { ...summary, runs })}`);
  if (options.publish) await publishGrowth(summary);
});
