import { openDatabase, runCommand, say, writeResult } from './command.mjs';
import { makeContestants } from './contestants.mjs';
import { resolveCommit } from './contestants/before.mjs';
import { residentMibOf } from './measure.mjs';
import { readOptions } from './options.mjs';
import { renderRunBlock } from './markdown.mjs';
import { checkMarkers, formatted, publishRun } from './publish.mjs';
import { describeMachine, describeVersions, summarize } from './summary.mjs';
import { countStatements } from './statements.mjs';
import { measureBesideSignIns, measureStarts, measureTwoProcesses, runRounds } from './rounds.mjs';
import { WORKS } from './works.mjs';

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
 * The works that a measured server does not do, so that no table passes over them.
 *
 * @param {Contestant[]} contestants
 * @param {{only: string[]}} options
 */
function lacksOf(contestants, { only }) {
  const servers = contestants.filter(({ start, works }) => start !== undefined && works.length > 0);
  return WORKS.filter(({ id }) => only.includes(id)).flatMap(({ id: work }) =>
    servers
      .filter(({ id, works }) => id !== 'floor-audited' && !works.includes(work))
      .map(({ name: server }) => ({ work, server })),
  );
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
    statements: does('statements') ? await countStatements(contestants, options, cleanup) : [],
    lacks: lacksOf(contestants, options),
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
  console.log(`\n${await formatted(renderRunBlock(summary))}`);
  say(`Written to ${await writeResult('bench', { ...summary, measured })}`);
  if (options.publish) await publishRun(summary);
});
