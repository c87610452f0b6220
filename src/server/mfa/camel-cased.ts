type CamelName<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelName<Rest>>}`
  : Name;

/** Options by the names of the handler: `period_seconds` becomes `periodSeconds`. */
export type CamelCased<T> = { [Key in keyof T as CamelName<Key & string>]: T[Key] };

/** Renames the members. */
export function camelCased<T extends object>(options: T): CamelCased<T> {
  const members = Object.entries(options).map(
    ([key, value]: [string, unknown]) => [camelName(key), value] as const,
  );
  // The compiler does not follow the pattern of `camelName`.
  return Object.fromEntries(members) as CamelCased<T>;
}

function camelName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
