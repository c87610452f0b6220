/** What an option takes. */
export interface OptionForm<T> {
  /** Completes the sentence "NAME takes …". */
  readonly takes: string;
  /** Hosts without a compiler may write anything. */
  readonly accepts: (value: unknown) => value is T;
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

/** A text that `pattern` matches. */
export function textLike(pattern: RegExp, takes: string): OptionForm<string> {
  return {
    takes,
    accepts: (value): value is string => typeof value === 'string' && pattern.test(value),
  };
}

/** One of the given values. */
export function oneOf<const T>(values: readonly T[], takes: string): OptionForm<T> {
  return { takes, accepts: (value): value is T => values.some((one) => one === value) };
}
