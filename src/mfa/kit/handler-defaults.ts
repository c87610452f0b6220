/** What handlers take from the module's options where their own say nothing. The DI token of it. */
export abstract class HandlerDefaults {
  /** The issuer in authenticator apps, and the name that messages speak in. */
  abstract readonly applicationName: string;
  /** Length of a TOTP step in seconds [RFC 6238 §5.2]. */
  abstract readonly totpDefaultIntervalSeconds: number;
  /** Steps before and after the present one that are accepted [RFC 6238 §6]. */
  abstract readonly totpDefaultValidWindowSteps: number;
}
