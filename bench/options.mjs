import { parseArgs } from 'node:util';

/** Each flag with its default and the least and the greatest value that it takes. */
const FLAGS = {
  clients: { default: 8, least: 1, greatest: 256 },
  requests: { default: 1000, least: 100, greatest: 50_000 },
  rounds: { default: 7, least: 1, greatest: 50 },
};

const USAGE = `npm run bench -- [--clients 8] [--requests 1000] [--rounds 7]
  --clients   requests under way at once
  --requests  requests of one measurement
  --rounds    how often each measurement is repeated, in turn with the others`;

/** An error that a person can act on: shown without a stack. */
export class UsageError extends Error {}

/**
 * What is to be run, and where.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{clients: number, requests: number, rounds: number, databaseUrl: string}}
 */
export function readOptions(args, env) {
  const values = valuesOf(args);
  const numbers = Object.entries(FLAGS).map(([name, flag]) => [name, numberOf(name, flag, values)]);
  return {
    ...Object.fromEntries(numbers),
    databaseUrl: env.BENCH_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres',
  };
}

function valuesOf(args) {
  const options = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, { type: 'string' }]));
  try {
    return parseArgs({ args, options }).values;
  } catch (cause) {
    throw new UsageError(`${cause.message}\n${USAGE}`);
  }
}

function numberOf(name, flag, values) {
  const value = Number(values[name] ?? flag.default);
  if (Number.isInteger(value) && value >= flag.least && value <= flag.greatest) return value;
  throw new UsageError(`--${name} takes a whole number from ${flag.least} to ${flag.greatest}.`);
}
