/* A steady load for as long as is wanted, and whether anything grows meanwhile. */
import { Agent } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import {
  commandOf,
  databaseUrl,
  openDatabase,
  parseFlags,
  runCommand,
  say,
  wholeNumber,
  writeResult,
} from './command.mjs';
import { describeMachine, describeVersions } from './contestants.mjs';
import { stepOf } from './contestants/our-requests.mjs';
import { ours as makeOurs } from './contestants/ours.mjs';
import { renderSteadyBlock, summarizeSteady } from './long-runs.mjs';
import { residentMibOf, send, useTickets } from './measure.mjs';
import { checkMarkers, formatted, publishSteady } from './publish.mjs';
import { prepareTickets, workOf } from './works.mjs';

/**
 * @typedef {import('./works.mjs').Ticket} Ticket
 * @typedef {{latencies: Record<string, number[]>, residentMib: number | null, backlog: number,
 *   tables: {name: string, mib: number, dead: number}[]}} Sample latencies are ascending milliseconds
 *   by the step of a journey; `dead` counts the tuples that wait for a vacuum
 * @typedef {{calls: number, meanMs: number, share: number, text: string}} TopStatement
 *   `share` is of the time of all statements, in percent
 */

const USAGE = `npm run bench:steady -- [--minutes 30] [--publish]
  --minutes   how long the load lasts
  --publish   writes the result into docs/`;

/** A person signs in, mistypes the code every fifth time, and comes back for a new token. */
const JOURNEY = ['sign-in', 'right', 'refresh'];
const JOURNEY_WITH_MISTAKE = ['sign-in', 'wrong', 'right', 'refresh'];
const MISTAKE_EVERY = 5;
const CLIENTS = 8;
const PROBE_SECONDS = 10;
/** More than can sign in during a probe. */
const PROBE_USERS = 4000;
/** A user comes back when the last right code is no longer accepted. */
const REST_SECONDS = 90;
const MOST_UNDER_WAY = 500;
const LEAST_SAMPLES = 6;
const TOP_STATEMENTS = 10;
const RIGHT_CODE = workOf('right');

/**
 * A server of ours, and how one user goes through a journey there.
 *
 * @param {import('./command.mjs').Database} database
 */
async function openOurs(database) {
  const ours = await makeOurs(database);
  const server = await ours.start();
  const agent = new Agent({ keepAlive: true });
  database.cleanup.push(server.stop, async () => agent.destroy());
  let journeys = 0;
  /** @type {(user: Ticket, take?: (id: string, milliseconds: number) => void) => Promise<void>} */
  const walk = async (user, take) => {
    journeys += 1;
    for (const id of journeys % MISTAKE_EVERY === 0 ? JOURNEY_WITH_MISTAKE : JOURNEY) {
      const { requestTo, expects, keep } = stepOf(id);
      const sending = requestTo(user);
      const sentAt = performance.now();
      const load = { port: server.port, agent, signal: database.signal, expects };
      const { text } = await send(sending, load);
      take?.(id, performance.now() - sentAt);
      keep?.(user, JSON.parse(text));
    }
  };
  return { contestant: { ...ours, server, seed: await ours.openSeeder(server) }, walk };
}

/** @typedef {Awaited<ReturnType<typeof openOurs>>} Ours */

/**
 * The most journeys a second that the server takes, after a warm-up.
 *
 * @param {Ours} ours
 * @param {AbortSignal} signal
 */
async function probeMaximum({ contestant, walk }, signal) {
  let perSecond = 0;
  for (const what of ['Warming up', 'Looking for the maximum']) {
    say(`${what}, ${PROBE_SECONDS} s …`);
    const tickets = await prepareTickets(contestant, PROBE_USERS, { work: RIGHT_CODE, signal });
    const load = { tickets, clients: CLIENTS, seconds: PROBE_SECONDS };
    const { seconds, latencies } = await useTickets(load, async (user) => {
      const startedAt = performance.now();
      await walk(user);
      return performance.now() - startedAt;
    });
    perSecond = latencies.length / seconds;
  }
  return perSecond;
}

/**
 * Begins journeys at a fixed rate, whether or not the earlier ones have ended, and takes samples.
 *
 * @param {Ours} ours
 * @param {{users: Ticket[], perSecond: number, minutes: number,
 *   database: import('./command.mjs').Database}} load
 * @returns {Promise<Sample[]>}
 */
async function keepSteady({ contestant, walk }, { users, perSecond, minutes, database }) {
  const { client, signal } = database;
  const sampleCount = Math.max(LEAST_SAMPLES, minutes);
  const sampleJourneys = Math.round((minutes * 60 * perSecond) / sampleCount);
  const startedAt = performance.now();
  const samples = [];
  let underWay = 0;
  /** @type {unknown[]} */
  const failures = [];
  /** @type {Sample['latencies']} what is answered after a sample belongs to the next one */
  let latencies = {};
  for (let sample = 0; sample < sampleCount; sample += 1) {
    for (let index = 0; index < sampleJourneys; index += 1) {
      const number = sample * sampleJourneys + index;
      const dueAt = startedAt + (number * 1000) / perSecond;
      await setTimeout(Math.max(0, dueAt - performance.now()), undefined, { signal });
      if (failures.length > 0) throw failures[0];
      if (underWay > MOST_UNDER_WAY) throw new Error('The server does not keep up.');
      const user = users[number % users.length];
      if (user === undefined) throw new RangeError('There is no user.');
      underWay += 1;
      walk(user, (id, milliseconds) => (latencies[id] ??= []).push(milliseconds))
        .catch((error) => failures.push(error))
        .finally(() => (underWay -= 1));
    }
    const taken = latencies;
    latencies = {};
    samples.push(await takeSample(client, contestant.server.pid, taken));
    const { residentMib, backlog } = samples.at(-1) ?? {};
    say(
      `sample ${sample + 1} of ${sampleCount}  ${residentMib?.toFixed(0)} MiB, ${backlog} deliveries to come`,
    );
  }
  return samples;
}

/**
 * @param {import('pg').Client} client
 * @param {number} pid
 * @param {Sample['latencies']} latencies so far
 * @returns {Promise<Sample>}
 */
async function takeSample(client, pid, latencies) {
  const { rows: tables } = await client.query(`
    SELECT relname AS name, pg_total_relation_size(relid) / 1048576.0::float8 AS mib,
      n_dead_tup::int AS dead
    FROM pg_stat_user_tables`);
  const { rows } = await client.query('SELECT count(*)::int AS backlog FROM mfa_outbox');
  const sorted = Object.entries(latencies).map(([id, own]) => [id, own.toSorted((a, b) => a - b)]);
  return {
    latencies: Object.fromEntries(sorted),
    residentMib: await residentMibOf(pid),
    backlog: rows[0]?.backlog,
    tables,
  };
}

/**
 * @param {import('pg').Client} client
 * @returns {Promise<boolean>} false without the extension
 */
async function watchStatements(client) {
  try {
    await client.query('CREATE EXTENSION pg_stat_statements');
    await client.query('SELECT pg_stat_statements_reset()');
    return true;
  } catch (error) {
    say(`The statements are not watched: ${/** @type {Error} */ (error).message}.`);
    return false;
  }
}

/**
 * The statements of this database that took the most time.
 *
 * @param {import('pg').Client} client
 * @returns {Promise<TopStatement[]>}
 */
async function topStatements(client) {
  const { rows } = await client.query(`
    SELECT calls::int, mean_exec_time AS "meanMs", query AS text,
      100 * total_exec_time / sum(total_exec_time) OVER () AS share
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY total_exec_time DESC LIMIT ${TOP_STATEMENTS}`);
  return rows;
}

/**
 * Without autovacuum every table grows, whatever the server does.
 *
 * @param {import('pg').Client} client
 */
async function refuseWithoutVacuum(client) {
  const { rows } = await client.query('SHOW autovacuum');
  if (rows[0]?.autovacuum !== 'on') {
    throw new Error('The database has autovacuum off: switch it on, as in production.');
  }
}

await runCommand(async (context) => {
  const args = process.argv.slice(2);
  const flags = parseFlags(args, { texts: ['minutes'], switches: ['publish'], usage: USAGE });
  const minutes = wholeNumber('minutes', flags.minutes, {
    default: 30,
    least: 1,
    greatest: 10_000,
  });
  if (flags.publish) await checkMarkers();
  const startedAt = new Date().toISOString();
  const database = await openDatabase(databaseUrl(), context);
  const { client } = database;
  await refuseWithoutVacuum(client);
  const machine = await describeMachine(client);
  const versions = await describeVersions(client);
  const ours = await openOurs(database);
  const maximum = await probeMaximum(ours, context.signal);
  const perSecond = maximum / 2;
  say(`At most ${maximum.toFixed(0)} journeys a second: now half of them for ${minutes} min.`);
  const need = Math.ceil(perSecond * REST_SECONDS);
  const purpose = { work: RIGHT_CODE, signal: context.signal };
  const users = await prepareTickets(ours.contestant, need, purpose);
  await client.query('VACUUM ANALYZE');
  const isWatched = await watchStatements(client);
  const samples = await keepSteady(ours, { users, perSecond, minutes, database });
  const statements = isWatched ? await topStatements(client) : null;
  const facts = { command: commandOf('bench:steady', args), startedAt, minutes, machine, versions };
  const summary = { ...facts, ...summarizeSteady({ maximum, samples, statements }) };
  console.log(`\n${await formatted(renderSteadyBlock(summary))}`);
  say(`Written to ${await writeResult('steady', { ...summary, samples })}`);
  if (flags.publish) await publishSteady(summary);
});
