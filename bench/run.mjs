import { openDatabase, runCommand, say, writeResult } from './command.mjs';
import { makeContestants } from './contestants.mjs';
import { resolveCommit } from './contestants/before.mjs';
import { residentMibOf } from './measure.mjs';
import { readOptions } from './options.mjs';
import { checkMarkers, publishRun } from './publish.mjs';
import { describeMachine, describeVersions, renderText, summarize } from './report.mjs';
import { measureBesideSignIns, measureStarts, measureTwoProcesses, runRounds } from './rounds.mjs';

/**
 * @typedef {import('./command.mjs').Context} Context
 * @typedef {import('./contestants.mjs').Contestant} Contestant
 */

/**
 * Starts a process of each contestant and opens its seeder.
 *
 * @param {Contestant[]} contestants
 * @param {Context['cleanup']} cleanup
 */
async function startAll(contestants, cleanup) {
  for (const contestant of contestants) {
    if (contestant.start === undefined) continue;
    contestant.server = await contestant.start();
    cleanup.push(contestant.server.stop);
    if (contestant.openSeeder !== undefined) {
      contestant.seed = await contestant.openSeeder(contestant.server);
    }
  }
}

/** @param {Contestant[]} contestants */
async function residentOf(contestants) {
  const readings = contestants.flatMap(({ name, works, server }) =>
    server === undefined || works.length === 0
      ? []
      : residentMibOf(server.pid).then((residentMib) => ({ server: name, residentMib })),
  );
  return Promise.all(readings);
}

/**
 * @param {Contestant[]} contestants
 * @param {import('./rounds.mjs').Options} options
 * @param {Context['cleanup']} cleanup
 */
async function measureAll(contestants, options, cleanup) {
  const ours = contestants.find(({ id }) => id === 'ours');
  /** @param {string} measure */
  const does = (measure) => options.only.includes(measure);
  return {
    starts: does('start') ? await measureStarts(contestants, options) : [],
    runs: await runRounds(contestants, options),
    afterwards: await residentOf(contestants),
    besideSignIns: does('together') && ours ? await measureBesideSignIns(ours, options) : [],
    processes: does('processes') && ours ? await measureTwoProcesses(ours, options, cleanup) : [],
  };
}

await runCommand(async ({ signal, cleanup }) => {
  const args = process.argv.slice(2);
  const options = { ...readOptions(args, process.env), signal };
  if (options.publish) await checkMarkers();
  const before =
    options.against === undefined ? {} : { before: await resolveCommit(options.against, signal) };
  const startedAt = new Date().toISOString();
  const database = await openDatabase(options.databaseUrl, { signal, cleanup });
  const contestants = await makeContestants(options, database, { signal, cleanup });
  const machine = await describeMachine(database.client);
  await startAll(contestants, cleanup);
  const measured = await measureAll(contestants, options, cleanup);
  const { clients, rounds, requests, seconds } = options;
  const head = { command: ['npm run bench', ...(args.length ? ['--', ...args] : [])].join(' ') };
  const about = { ...head, startedAt, clients, rounds, requests, seconds };
  const versions = await describeVersions(database.client);
  const facts = { ...about, machine, versions: { ...versions, ...before } };
  const summary = { ...facts, ...summarize(measured) };
  console.log(`\n${renderText(summary)}`);
  say(`Written to ${await writeResult('bench', { ...summary, measured })}`);
  if (options.publish) await publishRun(summary);
});
