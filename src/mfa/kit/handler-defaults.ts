/** Defaults for handlers, from the options of the module. The class is the DI token. */
export abstract class HandlerDefaults {
  /** The issuer in authenticator apps, and the sender that messages name. */
  abstract readonly applicationName: string;
  /** Length of a TOTP step in seconds [RFC 6238 §5.2]. */
  abstract readonly totpDefaultIntervalSeconds: number;
  /** Accepted steps before and after the present one [RFC 6238 §6]. */
  abstract readonly totpDefaultValidWindowSteps: number;
}
