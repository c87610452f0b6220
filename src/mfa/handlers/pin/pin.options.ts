/** What a host has to say before it offers PINs. */
export interface PinHandlerOptions {
  /** Whether people rely on this application: a PIN is then refused at start. */
  readonly isProduction: boolean;
  /** As {@link MfaHandler.name}. Default `pin`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `PIN`. */
  readonly displayName?: string;
}
