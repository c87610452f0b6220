/** Options of a handler of PINs. */
export interface PinHandlerOptions {
  /** Whether people rely on this application: then the handler refuses to start. */
  readonly isProduction: boolean;
  /** Default `pin`. */
  readonly name?: string;
  /** Default `PIN`. */
  readonly displayName?: string;
}
