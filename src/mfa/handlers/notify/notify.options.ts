/** DI token under which a host may bind {@link NotifyHandlerOptions} for the plain `NotifyHandler`. */
export const NOTIFY_HANDLER_OPTIONS = Symbol('NOTIFY_HANDLER_OPTIONS');

/** What a host may set of a handler of notifications. */
export interface NotifyHandlerOptions {
  /** Default `notify`. */
  readonly name?: string;
  /** Default `Notification`. */
  readonly displayName?: string;
  /** Ids of the destinations on offer. Default: all. */
  readonly include?: readonly string[];
  /** Ids of destinations that are not on offer, even where `include` has them. Default: none. */
  readonly exclude?: readonly string[];
  /**
   * The text, at most 300 characters, with `{code}` in it once. Default: one that names the
   * application and the life of the code.
   */
  readonly message?: string;
  /** Digits of a code, 6 to 10. Default 6. */
  readonly codeLength?: number;
  /** Age in seconds at which a code ends, 60 to 600. Default 600. */
  readonly codeLifetimeSeconds?: number;
}
