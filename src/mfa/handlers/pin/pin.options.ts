/** What a host has to say before it offers PINs. */
export interface PinHandlerOptions {
  /** Whether people rely on this application: a PIN is then refused at start. */
  readonly isProduction: boolean;
  /** Default `pin`. */
  readonly name?: string;
  /** Default `PIN`. */
  readonly displayName?: string;
}
