import {
  commandOf,
  databaseUrl,
  namesOf,
  openDatabase,
  parseFlags,
  runCommand,
  say,
  UsageError,
  wholeNumber,
  wholeNumbers,
  writeResult,
} from './command.mjs';
import {
  describeMachine,
  describeVersions,
  makeContestants,
  measureStarts,
  resolveCommit,
  SERVERS,
} from './contestants.mjs';
import { renderRunBlock } from './markdown.mjs';
import { residentMibOf } from './measure.mjs';
import { checkMarkers, formatted, publishRun } from './publish.mjs';
import { measureBesideSignIns, measureTwoProcesses, runRounds } from './rounds.mjs';
import { countStatements } from './statements.mjs';
import { summarize } from './summary.mjs';
import { WORKS } from './works.mjs';

/**
 * @typedef {import('./command.mjs').Context} Context
 * @typedef {import('./contestants.mjs').Contestant} Contestant
 */

/** The works and further measures: starts, statements, right codes during sign-ins, two processes of ours. */
const MEASURES = ['start', ...WORKS.map(({ id }) => id), 'statements', 'together', 'processes'];

/** The flags that `--quick` stands for: our verification and the floor's, for work on our own code. */
const QUICK = {
  clients: '8',
  rounds: '3',
  requests: '600',
  only: 'right,wrong',
  servers: 'ours,floor',
};

const USAGE = `npm run bench -- [--clients 1,8,32] [--rounds 5] [--requests 1000] [--seconds 3] …
  --clients   requests under way at once
  --rounds    how often each measurement is repeated, in turn with the others
  --requests  requests of one measurement at most
  --seconds   time of one measurement at most
  --only      of ${MEASURES.join(',')}
  --servers   of ${SERVERS.join(',')}
  --against   an earlier commit, built in a folder of its own and measured as "before"
  --quick     ${Object.entries(QUICK)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')}
  --publish   writes the result into docs/ and README.md; of a whole run alone`;

/**
 * What is to be run.
 *
 * @param {string[]} args
 * @throws {UsageError}
 */
function readOptions(args) {
  const given = parseFlags(args, {
    texts: ['requests', 'rounds', 'seconds', 'clients', 'only', 'servers', 'against'],
    switches: ['quick', 'publish'],
    usage: USAGE,
  });
  const values = given.quick ? { ...QUICK, ...given } : given;
  const { requests, rounds, seconds, clients, against, publish = false } = values;
  const options = {
    requests: wholeNumber('requests', requests, { default: 1000, least: 50, greatest: 50_000 }),
    rounds: wholeNumber('rounds', rounds, { default: 5, least: 1, greatest: 50 }),
    seconds: wholeNumber('seconds', seconds, { default: 3, least: 1, greatest: 600 }),
    clients: wholeNumbers('clients', clients, { default: '1,8,32', least: 1, greatest: 256 }),
    only: namesOf('only', values.only, MEASURES),
    servers: namesOf('servers', values.servers, SERVERS),
    ...{ against, publish, databaseUrl: databaseUrl() },
  };
  // The documents need every measure, and their chart one and eight clients.
  const { only, servers } = options;
  const isWhole = only.length === MEASURES.length && servers.length === SERVERS.length;
  if (publish && !(isWhole && [1, 8].every((number) => options.clients.includes(number)))) {
    throw new UsageError(`Only a whole run is published.\n${USAGE}`);
  }
  return options;
}

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
  const options = { ...readOptions(args), signal };
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
  const command = commandOf('bench', args);
  const about = { command, startedAt, clients, rounds, requests, seconds };
  const versions = await describeVersions(database.client);
  const facts = { ...about, machine, versions: { ...versions, ...before } };
  const summary = { ...facts, ...summarize(measured) };
  console.log(`\n${await formatted(renderRunBlock(summary))}`);
  say(`Written to ${await writeResult('bench', { ...summary, measured })}`);
  if (options.publish) await publishRun(summary);
});
