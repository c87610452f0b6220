/** One entry of the configuration: a first or a second factor. */
export interface ConfiguredEntry {
  readonly type: string;
  /** Unique in its list; the type by default. */
  readonly id: string;
  /** Shown to people; absent: the type's own name. */
  readonly name?: string;
  /** The members beside type, id and name. The schema of the type checks them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The place in messages: `AUTH_CONFIG: providers[1]`, or the setting that implies the entry. */
  readonly path: string;
  /** The variables that options come from, by path: messages never show such a value. Absent: none. */
  readonly references?: ReadonlyMap<string, string>;
}
