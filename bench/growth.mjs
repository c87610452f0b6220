import { openDatabase, runCommand } from './command.mjs';
import { ours as makeOurs } from './contestants/ours.mjs';
import { fillOurs } from './fill-ours.mjs';
import { readGrowthOptions } from './growth-options.mjs';
import { describeMachine, describeVersions } from './machine.mjs';
import { renderGrowthText } from './growth-report.mjs';
import { measure, prepareTickets } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { say } from './progress.mjs';
import { checkMarkers, publishGrowth } from './publish.mjs';
import { writeResult } from './results.mjs';
import { summarizeGrowth } from './growth-summary.mjs';
import { WORKS } from './works.mjs';

const CLIENTS = 8;
const RIGHT_CODE = WORKS.find(({ id }) => id === 'right');
const WRONG_CODE = WORKS.find(({ id }) => id === 'wrong');

/** A database of this size and our server on it. */
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

/** Right and wrong codes at each size by turns. */
async function measureSizes(sizes, { rounds, requests, signal }) {
  const load = { requests, clients: CLIENTS, seconds: Infinity, signal };
  // Each work has logins of its own, so that no user sends two right codes within one time step.
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
