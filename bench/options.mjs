import { parseArgs } from 'node:util';
import { UsageError } from './command.mjs';
import { SERVERS } from './contestants.mjs';
import { WORKS } from './works.mjs';

/** The works and further measures: starts, statements, right codes during sign-ins, two processes of ours. */
const MEASURES = ['start', ...WORKS.map(({ id }) => id), 'statements', 'together', 'processes'];

/** Each number with its default, its minimum and its maximum. */
const CLIENTS = { default: '1,8,32', least: 1, greatest: 256 };
const NUMBERS = {
  requests: { default: 1000, least: 50, greatest: 50_000 },
  rounds: { default: 5, least: 1, greatest: 50 },
  seconds: { default: 3, least: 1, greatest: 600 },
};

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
 * What is to be run, and where.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{clients: number[], requests: number, rounds: number, seconds: number, only: string[],
 *   servers: string[], against: string | undefined, publish: boolean, databaseUrl: string}}
 * @throws {UsageError}
 */
export function readOptions(args, env) {
  const given = parseFlags(args, {
    texts: ['requests', 'rounds', 'seconds', 'clients', 'only', 'servers', 'against'],
    switches: ['quick', 'publish'],
    usage: USAGE,
  });
  const values = given.quick ? { ...QUICK, ...given } : given;
  const options = {
    requests: wholeNumber('requests', values.requests, NUMBERS.requests),
    rounds: wholeNumber('rounds', values.rounds, NUMBERS.rounds),
    seconds: wholeNumber('seconds', values.seconds, NUMBERS.seconds),
    clients: wholeNumbers('clients', values.clients, CLIENTS),
    only: namesOf('only', values.only, MEASURES),
    servers: namesOf('servers', values.servers, SERVERS),
    against: values.against,
    publish: values.publish ?? false,
    databaseUrl: databaseUrlOf(env),
  };
  checkPublished(options);
  return options;
}

/**
 * The named ones in their order; all of them if none is named.
 *
 * @param {string} flag
 * @param {string | undefined} text names with commas between them
 * @param {string[]} known
 */
function namesOf(flag, text, known) {
  const given = text?.split(',') ?? known;
  const strange = given.find((name) => !known.includes(name));
  if (strange === undefined) return known.filter((name) => given.includes(name));
  throw new UsageError(`--${flag} knows no ${strange}.\n${USAGE}`);
}

/**
 * The documents need every measure, and their chart one and eight clients.
 *
 * @param {{publish: boolean, only: string[], servers: string[], clients: number[]}} options
 */
function checkPublished({ publish, only, servers, clients }) {
  const isWhole = only.length === MEASURES.length && servers.length === SERVERS.length;
  if (publish && !(isWhole && [1, 8].every((number) => clients.includes(number)))) {
    throw new UsageError(`Only a whole run is published.\n${USAGE}`);
  }
}

const GROWTH_USERS = { default: '1000,100000,1000000', least: 1000, greatest: 5_000_000 };
const GROWTH_NUMBERS = {
  requests: { default: 80, least: 50, greatest: 10_000 },
  rounds: { default: 10, least: 1, greatest: 50 },
  verifies: { default: 100_000, least: 10_000, greatest: 1_000_000 },
};

const GROWTH_USAGE = `npm run bench:growth -- [--users 1000,100000,1000000] [--rounds 10] [--requests 80] …
  --users     sizes that are compared with the first of them
  --rounds    how often each measurement is repeated, in turn with the others
  --requests  requests of one measurement
  --verifies  right codes over which the memory is read
  --publish   writes the result into docs/`;

/**
 * What is to be run, and where.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{users: number[], requests: number, rounds: number, verifies: number, publish: boolean,
 *   databaseUrl: string}}
 * @throws {UsageError}
 */
export function readGrowthOptions(args, env) {
  const values = parseFlags(args, {
    texts: ['requests', 'rounds', 'verifies', 'users'],
    switches: ['publish'],
    usage: GROWTH_USAGE,
  });
  const options = {
    requests: wholeNumber('requests', values.requests, GROWTH_NUMBERS.requests),
    rounds: wholeNumber('rounds', values.rounds, GROWTH_NUMBERS.rounds),
    verifies: wholeNumber('verifies', values.verifies, GROWTH_NUMBERS.verifies),
    users: wholeNumbers('users', values.users, GROWTH_USERS),
    publish: values.publish ?? false,
    databaseUrl: databaseUrlOf(env),
  };
  const { rounds, requests, users } = options;
  if ((rounds + 1) * requests <= Math.min(...users)) return options;
  throw new UsageError(
    `There must be a user for each request of all rounds and one more.\n${GROWTH_USAGE}`,
  );
}

/**
 * The values of the flags that were given.
 *
 * @template {string} Text
 * @template {string} Switch
 * @param {string[]} args
 * @param {{texts: Text[], switches: Switch[], usage: string}} known
 * @returns {{[Name in Text]?: string} & {[Name in Switch]?: boolean}}
 * @throws {UsageError} at a flag that is not known
 */
export function parseFlags(args, { texts, switches, usage }) {
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const options = Object.fromEntries([
    ...texts.map((name) => [name, { type: 'string' }]),
    ...switches.map((name) => [name, { type: 'boolean' }]),
  ]);
  try {
    // `options` has only the known names, with these types.
    return /** @type {ReturnType<typeof parseFlags<Text, Switch>>} */ (
      parseArgs({ args, options }).values
    );
  } catch (cause) {
    throw new UsageError(`${/** @type {Error} */ (cause).message}\n${usage}`);
  }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {{default: number, least: number, greatest: number}} range
 */
export function wholeNumber(name, text, { default: usual, least, greatest }) {
  const value = Number(text ?? usual);
  if (Number.isInteger(value) && value >= least && value <= greatest) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${greatest}.`);
}

/**
 * Whole numbers with commas between them.
 *
 * @param {string} name
 * @param {string | undefined} text
 * @param {{default: string, least: number, greatest: number}} range
 * @returns {number[]}
 */
export function wholeNumbers(name, text, { default: usual, ...range }) {
  return (text ?? usual)
    .split(',')
    .map((part) => wholeNumber(name, part, { ...range, default: NaN }));
}

/**
 * A PostgreSQL where the benchmark may create a database.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function databaseUrlOf(env) {
  return env.BENCH_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
}
