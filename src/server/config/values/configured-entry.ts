/** One entry of a list in the configuration: a first factor or a second one. */
export interface ConfiguredEntry {
  readonly type: string;
  /** Unique in its list; the type where none is given. */
  readonly id: string;
  /** Shown to people; absent: the type's own. */
  readonly name?: string;
  /** What is left beside type, id and name; checked by the type's options class. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where it stands, for messages: `AUTH_CONFIG: providers[1]`; or the setting that implied it. */
  readonly path: string;
  /** By path, the variables that options were taken from: such a value is never shown. Absent: none. */
  readonly references?: ReadonlyMap<string, string>;
}
