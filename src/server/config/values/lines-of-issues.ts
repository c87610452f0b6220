import { type z } from 'zod';

/** One thing that a schema refuses. Its message says what was expected. */
export type Issue = z.core.$ZodIssue;

/**
 * Makes a line of each issue, and of each unknown key. Unknown keys come first: a misspelt key often
 * explains a missing one.
 *
 * @param issues of a parse with `reportInput`, which tells a missing value from a wrong one
 * @param root the place of the parsed value
 * @param lineOf words one line, and shows an input only if it is no secret
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

/** The line about a value of the file. @param shown the value, for people; absent: it stays hidden */
export function expectedAt(path: string, { message, input }: Issue, shown?: string): string {
  if (input === undefined) return `${path} is missing: expected ${message}.`;
  return `${path}: expected ${message}${shown === undefined ? '' : `, got ${shown}`}.`;
}

/** For example `factors[1].networks[0].cidr`. */
function pathOf(root: string, members: readonly PropertyKey[]): string {
  return members.reduce<string>((path, member) => {
    if (typeof member === 'number') return `${path}[${member}]`;
    return path === '' ? String(member) : `${path}.${String(member)}`;
  }, root);
}
