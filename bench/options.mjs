import { parseArgs } from 'node:util';
import { SERVERS } from './contestants.mjs';
import { UsageError } from './usage-error.mjs';
import { WORKS } from './works.mjs';

const MEASURES = ['start', ...WORKS.map(({ id }) => id), 'together', 'processes'];

/** Each number with its default and the least and the greatest value that it takes. */
const NUMBERS = {
  requests: { default: 1000, least: 50, greatest: 50_000 },
  rounds: { default: 5, least: 1, greatest: 50 },
  seconds: { default: 3, least: 1, greatest: 600 },
};

/** Flags for which `--quick` stands: our verify beside the floor's, for work on our own code. */
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
  --quick     ${Object.entries(QUICK)
    .flatMap(([name, value]) => [`--${name}`, value])
    .join(' ')}
  --publish   writes the result into docs/ and README.md; takes neither --only nor --servers`;

/**
 * What is to be run, and where.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{clients: number[], requests: number, rounds: number, seconds: number, only: string[],
 *   servers: string[], publish: boolean, databaseUrl: string}}
 * @throws {UsageError}
 */
export function readOptions(args, env) {
  const given = valuesOf(args);
  const values = given.quick ? { ...QUICK, ...given } : given;
  const numbers = Object.keys(NUMBERS).map((name) => [name, numberOf(name, values)]);
  const options = {
    ...Object.fromEntries(numbers),
    clients: clientsOf(values.clients ?? '1,8,32'),
    only: namesOf('only', values, MEASURES),
    servers: namesOf('servers', values, SERVERS),
    publish: values.publish ?? false,
    databaseUrl: databaseUrlOf(env),
  };
  checkPublished(options);
  return options;
}

/** A PostgreSQL where a database may be made. */
export function databaseUrlOf(env) {
  return env.BENCH_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
}

function valuesOf(args) {
  const texts = [...Object.keys(NUMBERS), 'clients', 'only', 'servers'];
  const options = {
    ...Object.fromEntries(texts.map((name) => [name, { type: 'string' }])),
    quick: { type: 'boolean' },
    publish: { type: 'boolean' },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (cause) {
    throw new UsageError(`${cause.message}\n${USAGE}`);
  }
}

function numberOf(name, values) {
  const { default: usual, least, greatest } = NUMBERS[name];
  const value = Number(values[name] ?? usual);
  if (Number.isInteger(value) && value >= least && value <= greatest) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${greatest}.`);
}

function clientsOf(list) {
  const numbers = list.split(',').map(Number);
  if (numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= 256)) return numbers;
  throw new UsageError('--clients takes whole numbers from 1 to 256 with commas between them.');
}

/** All of them, in their order, where none is named. */
function namesOf(flag, values, known) {
  const given = values[flag]?.split(',') ?? known;
  const strange = given.find((name) => !known.includes(name));
  if (strange === undefined) return known.filter((name) => given.includes(name));
  throw new UsageError(`--${flag} knows no ${strange}.\n${USAGE}`);
}

function checkPublished({ publish, only, servers, clients }) {
  const isWhole =
    only.length === MEASURES.length && servers.length === SERVERS.length && clients.includes(8);
  if (publish && !isWhole) throw new UsageError(`Only a whole run is published.\n${USAGE}`);
}
