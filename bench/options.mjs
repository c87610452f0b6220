import { SERVERS } from './contestants.mjs';
import { databaseUrlOf, parseFlags, wholeNumber, wholeNumbers } from './flags.mjs';
import { UsageError } from './usage-error.mjs';
import { WORKS } from './works.mjs';

/** Beside the works: starts, verifies beside sign-ins, and two processes of ours. */
const MEASURES = ['start', ...WORKS.map(({ id }) => id), 'together', 'processes'];

/** Each number with its default and the least and the greatest value that it takes. */
const CLIENTS = { default: '1,8,32', least: 1, greatest: 256 };
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
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')}
  --publish   writes the result into docs/ and README.md; of a whole run alone`;

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
  const texts = [...Object.keys(NUMBERS), 'clients', 'only', 'servers'];
  const given = parseFlags(args, { texts, switches: ['quick', 'publish'], usage: USAGE });
  const values = given.quick ? { ...QUICK, ...given } : given;
  const numbers = Object.entries(NUMBERS).map(([name, range]) => [
    name,
    wholeNumber(name, values[name], range),
  ]);
  const options = {
    ...Object.fromEntries(numbers),
    clients: wholeNumbers('clients', values.clients, CLIENTS),
    only: namesOf('only', values, MEASURES),
    servers: namesOf('servers', values, SERVERS),
    publish: values.publish ?? false,
    databaseUrl: databaseUrlOf(env),
  };
  checkPublished(options);
  return options;
}

/** All of them, in their order, where none is named. */
function namesOf(flag, values, known) {
  const given = values[flag]?.split(',') ?? known;
  const strange = given.find((name) => !known.includes(name));
  if (strange === undefined) return known.filter((name) => given.includes(name));
  throw new UsageError(`--${flag} knows no ${strange}.\n${USAGE}`);
}

/** The documents speak of everything, and their chart of one and of eight clients. */
function checkPublished({ publish, only, servers, clients }) {
  const isWhole = only.length === MEASURES.length && servers.length === SERVERS.length;
  if (publish && !(isWhole && [1, 8].every((number) => clients.includes(number)))) {
    throw new UsageError(`Only a whole run is published.\n${USAGE}`);
  }
}
