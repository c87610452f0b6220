import { isDate } from 'node:util/types';

/** A place at which a value is not what it must be. */
export interface Misfit {
  /** The faulty member, for example `.rows[0].table`; empty for the value itself. */
  readonly path: string;
  /** What was found, in words. It never quotes the value, which may be a secret. */
  readonly found: string;
  /** What is expected, in words. */
  readonly wanted: string;
}

/** Finds the first misfit of a value; null: there is none. */
export type ValueCheck = (value: unknown) => Misfit | null;

/**
 * Refuses a wrong value from a port of the host. The compiler does not hold every port to its types: some
 * are JavaScript, and others cast what they read from a token or a row.
 *
 * @param giver the port and its method, for example `AccessTokenReader.authenticate`
 * @throws {Error} that names the giver, the member, what is expected and what was found
 */
export function refuseMisfit(giver: string, value: unknown, check: ValueCheck): void {
  const misfit = check(value);
  if (misfit === null) return;
  const { path, wanted, found } = misfit;
  const member = path === '' ? '' : `"${path.replace(/^\./, '')}" as `;
  throw new Error(`${giver} must give ${member}${wanted}, and gave ${found}.`);
}

/** Makes a check of a single value. */
export function valueThat(wanted: string, fits: (value: unknown) => boolean): ValueCheck {
  return (value) => (fits(value) ? null : { path: '', wanted, found: kindOf(value) });
}

/** A text that is not empty. */
export const TEXT = valueThat('a text that is not empty', isFilled);

/** Any text. */
export const ANY_TEXT = valueThat('a text', (value) => typeof value === 'string');

/** True or false. A value that merely counts as one of them is a misfit. */
export const BOOLEAN = valueThat('true or false', (value) => typeof value === 'boolean');

/** A valid `Date`. */
export const DATE = valueThat(
  'a Date (tokens carry a text or a number: make a Date of it)',
  (value) => isDate(value) && !Number.isNaN(value.getTime()),
);

/** A whole number that JSON can carry. */
export const WHOLE_NUMBER = valueThat('a whole number', Number.isSafeInteger);

/** Also accepts null. */
export function nullable(check: ValueCheck): ValueCheck {
  return (value) => (value === null ? null : alternative(check(value), 'null'));
}

/** Also accepts undefined. */
export function optional(check: ValueCheck): ValueCheck {
  return (value) => (value === undefined ? null : alternative(check(value), 'nothing at all'));
}

/** An array whose elements all fit. */
export function listOf(check: ValueCheck): ValueCheck {
  return (value) => {
    if (!Array.isArray(value)) return { path: '', wanted: 'an array', found: kindOf(value) };
    return firstMisfit(value.map((element, index) => [`[${index}]`, element, check]));
  };
}

/** An object whose named members all fit. It may have others. */
export function objectOf(members: Readonly<Record<string, ValueCheck>>): ValueCheck {
  const names = Object.keys(members).join(', ');
  return (value) => {
    if (!isObject(value)) {
      return { path: '', wanted: `an object with ${names}`, found: kindOf(value) };
    }
    return firstMisfit(
      Object.entries(members).map(([name, check]) => [`.${name}`, value[name], check]),
    );
  };
}

/** An object whose values all fit, under any name. */
export function valuesOf(check: ValueCheck): ValueCheck {
  return (value) => {
    if (!isObject(value)) return { path: '', wanted: 'an object', found: kindOf(value) };
    return firstMisfit(Object.entries(value).map(([name, one]) => [`.${name}`, one, check]));
  };
}

function firstMisfit(parts: readonly [path: string, value: unknown, check: ValueCheck][]) {
  for (const [path, value, check] of parts) {
    const misfit = check(value);
    if (misfit !== null) return { ...misfit, path: `${path}${misfit.path}` };
  }
  return null;
}

/** Names the alternative for the value itself. A misfit of a member has no alternative. */
function alternative(misfit: Misfit | null, other: string): Misfit | null {
  if (misfit === null || misfit.path !== '') return misfit;
  return { ...misfit, wanted: `${misfit.wanted}, or ${other}` };
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isPromise(value);
}

function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function';
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean') return String(value);
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return 'a number';
  if (Array.isArray(value)) return 'an array';
  if (isDate(value)) return Number.isNaN(value.getTime()) ? 'a Date that is none' : 'a Date';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return isPromise(value) ? 'a Promise that nobody has awaited' : 'an object';
}
