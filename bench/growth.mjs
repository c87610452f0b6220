import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commandOf,
  databaseUrl,
  openDatabase,
  parseFlags,
  runCommand,
  say,
  UsageError,
  wholeNumber,
  wholeNumbers,
  writeResult,
} from './command.mjs';
import { describeMachine, describeVersions } from './contestants.mjs';
import { ours as makeOurs } from './contestants/ours.mjs';
import { fillOurs } from './contestants/seed-ours.mjs';
import { renderGrowthBlock, summarizeGrowth } from './long-runs.mjs';
import { measure, residentMibOf } from './measure.mjs';
import { checkMarkers, formatted, publishGrowth } from './publish.mjs';
import { prepareTickets, workOf } from './works.mjs';

/**
 * @typedef {import('./command.mjs').Context} Context
 * @typedef {import('./contestants.mjs').Contestant & {users: number, events: number,
 *   databaseMib: number, database: import('pg').Client}} Size
 * @typedef {import('./long-runs.mjs').GrowthRun} GrowthRun
 * @typedef {import('./long-runs.mjs').Reading} Reading
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
  say(`Filling a database with ${users.toLocaleString('en')} users …`);
  const { events, openLogins } = await fillOurs(database.client, ours.parts, users);
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
async function measureMemory(work, { verifies, clients, databaseUrl, signal }, context) {
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

const USAGE = `npm run bench:growth -- [--users 1000,100000,1000000] [--rounds 10] [--requests 80] …
  --users     sizes that are compared with the first of them
  --rounds    how often each measurement is repeated, in turn with the others
  --requests  requests of one measurement
  --verifies  right codes over which the memory is read
  --publish   writes the result into docs/`;

/**
 * What is to be run.
 *
 * @param {string[]} args
 * @throws {UsageError}
 */
function readOptions(args) {
  const {
    requests,
    rounds,
    verifies,
    users,
    publish = false,
  } = parseFlags(args, {
    texts: ['requests', 'rounds', 'verifies', 'users'],
    switches: ['publish'],
    usage: USAGE,
  });
  const options = {
    requests: wholeNumber('requests', requests, { default: 80, least: 50, greatest: 10_000 }),
    rounds: wholeNumber('rounds', rounds, { default: 10, least: 1, greatest: 50 }),
    verifies: wholeNumber('verifies', verifies, {
      ...{ default: 100_000, least: 10_000, greatest: 1_000_000 },
    }),
    users: wholeNumbers('users', users, {
      ...{ default: '1000,100000,1000000', least: 1000, greatest: 5_000_000 },
    }),
    ...{ publish, databaseUrl: databaseUrl() },
  };
  if ((options.rounds + 1) * options.requests <= Math.min(...options.users)) return options;
  throw new UsageError(
    `There must be a user for each request of all rounds and one more.\n${USAGE}`,
  );
}

await runCommand(async (context) => {
  const args = process.argv.slice(2);
  const options = { ...readOptions(args), signal: context.signal };
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
  const command = commandOf('bench:growth', args);
  const summary = { command, startedAt, ...facts, ...summarizeGrowth(sizes, runs, memory) };
  console.log(`\n${await formatted(renderGrowthBlock(summary))}`);
  say(`Written to ${await writeResult('growth', { ...summary, runs })}`);
  if (options.publish) await publishGrowth(summary);
});
