/** Options of a handler of PINs. */
export interface PinHandlerOptions {
  /** Whether people rely on this application: then the handler refuses to start. */
  readonly isProduction: boolean;
  /** As {@link MfaHandler.name}. Default `pin`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `PIN`. */
  readonly displayName?: string;
}
