import { z } from 'zod';
import { type ConfiguredEntry } from './configured-entry.js';
import { expectedAt, type Issue, linesOfIssues } from './lines-of-issues.js';
import { hasNoValue, referenceIn } from './resolve-env-references.js';

/** A list of the file. */
interface Section {
  readonly name: string;
  readonly mayBeEmpty: boolean;
  /** Collects a line for each error. */
  readonly errors: string[];
  /** By path, the variables of values that came from one. */
  readonly references: ReadonlyMap<string, string>;
}

/** The form of handlers' names: ids are names on the wire and in the tables. */
const ID = /^(?=.{1,32}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const ID_TAKES = 'lower snake case of at most 32 characters';
const TYPE_TAKES = `the name of a type, ${ID_TAKES}`;
const NAME = /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,64}$/u;
const NAME_TAKES = 'a text of 1 to 64 characters on one line';

const ENTRY = z.looseObject(
  {
    type: z
      .string({ error: ({ input }) => (input === undefined ? 'the name of a type' : TYPE_TAKES) })
      .regex(ID, TYPE_TAKES),
    id: z.string(ID_TAKES).regex(ID, ID_TAKES).optional(),
    name: z.string(NAME_TAKES).regex(NAME, NAME_TAKES).exactOptional(),
  },
  'a mapping such as { type: … }',
);

const LIST = z
  .array(ENTRY, 'a list of entries, each with a type')
  // Runs beside errors of other entries too, so that a person sees all lines at once.
  .superRefine(refuseDoubles, { when: ({ value }) => Array.isArray(value) });

const FILLED_LIST = LIST.min(1, 'at least one entry: add one, or leave the key out');

/**
 * Checks type, id and name of the entries of one list, in their order.
 *
 * @param list with the texts of the environment in place of the references
 * @param written the list as the file has it
 */
export function readEntries(
  list: unknown,
  written: unknown,
  { name, mayBeEmpty, errors, references }: Section,
): readonly ConfiguredEntry[] {
  const root = `AUTH_CONFIG: ${name}`;
  const given = withWrittenNames(list, written);
  const { data, error } = (mayBeEmpty ? LIST : FILLED_LIST).safeParse(given, { reportInput: true });
  // `resolveEnvReferences` has refused members without a value.
  const issues = error?.issues.filter(({ input }) => !hasNoValue(input)) ?? [];
  errors.push(...linesOfIssues(issues, root, lineOf));
  return (data ?? []).map(({ type, id = type, name: shownName, ...options }, index) => ({
    type,
    id,
    ...(shownName !== undefined && { name: shownName }),
    options,
    path: `${root}[${index}]`,
    ...(references.size > 0 && { references }),
  }));
}

/** Takes type and id as the file has them: messages show both, and a variable may hold a secret. */
function withWrittenNames(list: unknown, written: unknown): unknown {
  if (!Array.isArray(list) || !Array.isArray(written)) return list;
  return list.map((entry: unknown, index) => {
    const { data } = NAMES.safeParse(written[index]);
    return data === undefined ? entry : Object.assign({}, entry, data);
  });
}

const NAMES = z.object({ type: z.unknown(), id: z.unknown() }).partial();

function refuseDoubles(entries: readonly unknown[], context: z.core.$RefinementCtx): void {
  const ids = entries.map((entry) => {
    const { data } = ENTRY.safeParse(entry);
    return data?.id ?? data?.type;
  });
  ids.forEach((id, index) => {
    if (id === undefined || ids.indexOf(id) === index) return;
    const message = `the id "${id}" is that of an earlier entry: give one of the two another id`;
    context.addIssue({ code: 'custom', path: [index], message });
  });
}

function lineOf(path: string, issue: Issue): string {
  if (issue.code === 'custom') return `${path}: ${issue.message}.`;
  const variable = /\.(?:type|id)$/.test(path) ? referenceIn(issue.input) : undefined;
  if (variable === undefined) return expectedAt(path, issue);
  return `${path} is taken from \${${variable}}: write it out, as it is a name and no secret.`;
}
