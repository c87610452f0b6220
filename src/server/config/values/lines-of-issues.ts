import { type z } from 'zod';

/** What a schema refuses; the message says what was expected. */
export type Issue = z.core.$ZodIssue;

/**
 * A line for each issue, and for each key that a schema does not name. Unknown keys come first: a misspelt
 * key is often why another one is missing.
 *
 * @param issues of a parse with `reportInput`, which tells a missing value from a wrong one
 * @param root where the parsed value stands
 * @param lineOf words one line; it shows an input only where that is no secret
 */
export function linesOfIssues(
  issues: readonly Issue[],
  root: string,
  lineOf: (path: string, issue: Issue) => string,
): string[] {
  const unknown: string[] = [];
  const others: string[] = [];
  for (const issue of issues) {
    const path = pathOf(root, issue.path);
    if (issue.code === 'unrecognized_keys') {
      unknown.push(...issue.keys.map((key) => lineOf(pathOf(path, [key]), issue)));
    } else {
      others.push(lineOf(path, issue));
    }
  }
  return [...unknown, ...others];
}

/** The line about a value of the file. @param shown the value, for people; absent: it is not shown */
export function expectedAt(path: string, { message, input }: Issue, shown?: string): string {
  if (input === undefined) return `${path} is missing: expected ${message}.`;
  return `${path}: expected ${message}${shown === undefined ? '' : `, got ${shown}`}.`;
}

/** `factors[1].networks[0].cidr`. A name at the top has no dot before it. */
function pathOf(root: string, members: readonly PropertyKey[]): string {
  return members.reduce<string>((path, member) => {
    if (typeof member === 'number') return `${path}[${member}]`;
    return path === '' ? String(member) : `${path}.${String(member)}`;
  }, root);
}
