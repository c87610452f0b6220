import { databaseUrlOf, parseFlags, wholeNumber, wholeNumbers } from './flags.mjs';
import { UsageError } from './usage-error.mjs';

const USERS = { default: '1000,100000,1000000', least: 1000, greatest: 5_000_000 };
const NUMBERS = {
  requests: { default: 80, least: 50, greatest: 10_000 },
  rounds: { default: 10, least: 1, greatest: 50 },
  verifies: { default: 100_000, least: 10_000, greatest: 1_000_000 },
};

const USAGE = `npm run bench:growth -- [--users 1000,100000,1000000] [--rounds 10] [--requests 80] …
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
  const texts = [...Object.keys(NUMBERS), 'users'];
  const values = parseFlags(args, { texts, switches: ['publish'], usage: USAGE });
  const numbers = Object.entries(NUMBERS).map(([name, range]) => [
    name,
    wholeNumber(name, values[name], range),
  ]);
  const options = {
    ...Object.fromEntries(numbers),
    users: wholeNumbers('users', values.users, USERS),
    publish: values.publish ?? false,
    databaseUrl: databaseUrlOf(env),
  };
  const { rounds, requests, users } = options;
  if ((rounds + 1) * requests <= Math.min(...users)) return options;
  throw new UsageError(
    `There must be a user for each request of all rounds and one more.\n${USAGE}`,
  );
}
