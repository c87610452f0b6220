/* global AbortController */
import pg from 'pg';
import { sendVerifies } from './client.mjs';
import { cpuSecondsOf } from './cpu-seconds.mjs';
import { SHAPES } from './codes.mjs';
import {
  AUDITED_FLOOR_NAME,
  checkBuild,
  OUR_SETTINGS,
  startFloors,
  startOurs,
} from './contestants.mjs';
import { readOptions, UsageError } from './options.mjs';
import { describeMachine, quantile, renderTable, summarize, writeResult } from './report.mjs';
import { createThrowawayDatabase } from './throwaway-database.mjs';

const SEED_BATCH = 1000;

const NOTES = `
Every request has an open login of its own: no code is tried twice, no budget is used up.
ours                   3 statements, 2 commits: reads the user; spends an attempt of challenge, method
                       and account; then settles (challenge, method, account, session, 2 events) and
                       signs 2 ES256 tokens, or writes the failure event.
floor                  right code: 2 statements, 2 commits: spends an attempt of the challenge; settles
                       (challenge, method, session, 1 event) and signs 1 ES256 token.
                       wrong code: the first of them only.
floor + failure event  wrong code: writes the failure event too, as ours does.
CPU ms                 of the server's process for one request; PostgreSQL's and the client's are not in it.
ours / this            throughput in the same round: median (least–greatest).`;

/** The progress goes beside the result, so that the result can be kept by itself. */
function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs what was put off, the last first, whatever fails among it. */
async function cleanUp(tasks) {
  for (const task of tasks.reverse()) {
    await task().catch((error) => say(`Not cleaned up: ${error.message}`));
  }
}

async function seed(contestant, count, signal) {
  const logins = [];
  while (logins.length < count) {
    signal.throwIfAborted();
    logins.push(...(await contestant.seed(Math.min(SEED_BATCH, count - logins.length))));
  }
  return logins;
}

/** Without a failure event to write, a right code is the same for both floors. */
function shapesOf({ name }) {
  return name === AUDITED_FLOOR_NAME ? SHAPES.slice(1) : SHAPES;
}

async function prepare(contestants, database, { requests, rounds }) {
  for (const contestant of contestants) {
    const perShape = warmUpOf(requests) + requests * rounds;
    const count = perShape * shapesOf(contestant).length;
    say(`Preparing ${count} open logins: ${contestant.name} …`);
    contestant.logins = await seed(contestant, count, database.signal);
  }
  await database.client.query('VACUUM ANALYZE');
}

function warmUpOf(requests) {
  return Math.ceil(requests / 2);
}

async function measure(contestant, shape, count, { clients, signal }) {
  const { server, logins } = contestant;
  const cpuBefore = await cpuSecondsOf(server.pid);
  const load = { port: server.port, logins: logins.splice(-count), shape, clients, signal };
  const { seconds, latencies } = await sendVerifies(load);
  const cpuAfter = await cpuSecondsOf(server.pid);
  return {
    shape: shape.name,
    server: contestant.name,
    perSecond: count / seconds,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    cpuMs: cpuBefore === null ? null : ((cpuAfter - cpuBefore) * 1000) / count,
  };
}

/** All servers by turns at each shape, and the other way round in each second round. */
function turnsOf(contestants, round) {
  const order = round % 2 === 1 ? contestants : contestants.toReversed();
  return SHAPES.flatMap((shape) =>
    order.filter((c) => shapesOf(c).includes(shape)).map((contestant) => ({ contestant, shape })),
  );
}

async function runRounds(contestants, options) {
  say('Warming up …');
  for (const { contestant, shape } of turnsOf(contestants, 1)) {
    await measure(contestant, shape, warmUpOf(options.requests), options);
  }
  const runs = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { contestant, shape } of turnsOf(contestants, round)) {
      const run = await measure(contestant, shape, options.requests, options);
      runs.push({ ...run, round });
      const speed = run.perSecond.toFixed(0).padStart(6);
      say(`round ${round} of ${options.rounds}  ${speed}/s  ${shape.name}: ${contestant.name}`);
    }
  }
  return runs;
}

async function connect(url, cleanup) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that is lost shows in the statement that needs it.
  client.on('error', () => {});
  await client.connect();
  cleanup.push(() => client.end());
  return client;
}

async function bench(options, cleanup) {
  checkBuild();
  const startedAt = new Date().toISOString();
  const { name, url, drop } = await createThrowawayDatabase(options.databaseUrl);
  cleanup.push(drop);
  say(`Database ${name}, dropped at the end.`);
  const database = { url, client: await connect(url, cleanup), signal: options.signal };
  const machine = await describeMachine(database.client);
  const ours = await startOurs(database, cleanup);
  const contestants = [...(await startFloors(database, cleanup)), ours];
  await prepare(contestants, database, options);
  const runs = await runRounds(contestants, options);
  return { startedAt, machine, runs };
}

function describe({ startedAt, machine }, { clients, requests, rounds }) {
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  const settings = Object.entries(OUR_SETTINGS).map(([name, value]) => `${name}=${value}`);
  return [
    `${startedAt}  ${clients} clients, ${requests} requests, ${rounds} rounds`,
    facts.join(', '),
    `Settings of ours: ${settings.join(' ')}, all else as it is by default.`,
  ].join('\n');
}

async function main() {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());
  const cleanup = [];
  try {
    const options = { ...readOptions(process.argv.slice(2), process.env), signal: stop.signal };
    const { clients, requests, rounds } = options;
    const result = await bench(options, cleanup);
    const summary = summarize(result.runs);
    console.log(`\n${describe(result, options)}\n\n${renderTable(summary)}\n${NOTES}`);
    const path = await writeResult({ ...result, clients, requests, rounds, summary });
    say(`\nWritten to ${path}`);
  } catch (error) {
    say(explain(error, stop.signal));
    process.exitCode = 1;
  } finally {
    await cleanUp(cleanup);
  }
}

function explain(error, signal) {
  if (signal.aborted) return 'Stopped.';
  return error instanceof UsageError ? error.message : error.stack;
}

await main();
