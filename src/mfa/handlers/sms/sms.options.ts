/** DI token under which a host may bind {@link SmsHandlerOptions} for the plain `SmsHandler`. */
export const SMS_HANDLER_OPTIONS = Symbol('SMS_HANDLER_OPTIONS');

/** What a host may set of a handler of text messages. */
export interface SmsHandlerOptions {
  /** Default `sms`. */
  readonly name?: string;
  /** Default `Text message`. */
  readonly displayName?: string;
  /** Digits of a code, 6 to 10. Default 6. */
  readonly codeLength?: number;
  /** Age in seconds at which a code ends, 60 to 600. Default 600. */
  readonly codeLifetimeSeconds?: number;
  /**
   * Where codes go: `asked`, to a number that the person gives at set-up as the field
   * `phone_number`; `own`, to the one that the account has. Either is proven. Default `asked`.
   */
  readonly address?: 'own' | 'asked';
  /**
   * The numbers that may be set up, by how they begin: `+49`, or `+1 242` where countries share a
   * code. Blanks do not matter. A number that was confirmed before goes on being sent to. Absent: all
   * numbers.
   */
  readonly allowedPrefixes?: readonly string[];
  /**
   * The text, at most 300 characters, with `{code}` in it once. Default: one that names the
   * application and the life of the code.
   */
  readonly message?: string;
}
