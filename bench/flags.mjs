import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.mjs';

/**
 * The values of the flags that were given.
 *
 * @param {string[]} args
 * @param {{texts: string[], switches: string[], usage: string}} known
 * @throws {UsageError} at a flag that is not known
 */
export function parseFlags(args, { texts, switches, usage }) {
  const options = Object.fromEntries([
    ...texts.map((name) => [name, { type: 'string' }]),
    ...switches.map((name) => [name, { type: 'boolean' }]),
  ]);
  try {
    return parseArgs({ args, options }).values;
  } catch (cause) {
    throw new UsageError(`${cause.message}\n${usage}`);
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

/** Whole numbers with commas between them. */
export function wholeNumbers(name, text, { default: usual, ...range }) {
  return (text ?? usual).split(',').map((part) => wholeNumber(name, part, range));
}

/** A PostgreSQL where a database may be made. */
export function databaseUrlOf(env) {
  return env.BENCH_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
}
