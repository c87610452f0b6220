/** The values that an option takes. */
export interface OptionForm<T> {
  /** Completes the sentence "NAME takes …". */
  readonly takes: string;
  /** Whether the option takes this value. A host without a compiler may write anything. */
  readonly accepts: (value: unknown) => value is T;
  /** Completes the sentence "expected …" about a configuration file. Absent: as `takes`. */
  readonly expected?: string;
}

/** The values of a table of forms. Each member has the doc comment of its row. */
export type OptionFormValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionForm<infer T> ? T : never;
};

/** A sentence about the first option that its form does not take; undefined: there is none. */
export function errorOfForms<Table extends Readonly<Record<string, OptionForm<unknown>>>>(
  table: Table,
  values: Readonly<Record<keyof Table, unknown>>,
): string | undefined {
  const wrong = Object.entries(table).find(([name, { accepts }]) => !accepts(values[name]));
  return wrong && `${wrong[0]} takes ${wrong[1].takes}.`;
}

/** A whole number from `least` to `greatest`, both included. */
export function wholeNumber(least: number, greatest: number): OptionForm<number> {
  return {
    takes: `a whole number from ${least} to ${greatest}`,
    accepts: (value): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest,
  };
}

/** True or false. */
export const trueOrFalse: OptionForm<boolean> = {
  takes: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
};

/** A text that matches `pattern`. */
export function textLike(pattern: RegExp, takes: string, expected = takes): OptionForm<string> {
  return {
    takes,
    expected,
    accepts: (value): value is string => typeof value === 'string' && pattern.test(value),
  };
}

/** One of the given values. */
export function oneOf<const T>(
  values: readonly T[],
  takes: string,
  expected = takes,
): OptionForm<T> {
  return { takes, expected, accepts: (value): value is T => values.some((one) => one === value) };
}
