import { type CodeMessageTexts } from './code-message-texts.js';

/** DI token under which a host may bind {@link EmailHandlerOptions} for the plain `EmailHandler`. */
export const EMAIL_HANDLER_OPTIONS = Symbol('EMAIL_HANDLER_OPTIONS');

/** What a host may set of a handler of mailed codes. */
export interface EmailHandlerOptions {
  /** Default `email`. */
  readonly name?: string;
  /** Default `E-mail`. */
  readonly displayName?: string;
  /** Digits of a code, 6 to 10. Default 6. */
  readonly codeLength?: number;
  /** Age in seconds at which a code ends, 60 to 600. Default 600. */
  readonly codeLifetimeSeconds?: number;
  /**
   * Where codes go: `own`, to the address of the account; `asked`, to one that the person gives at
   * set-up as the field `email`, and proves there. Default `own`.
   */
  readonly address?: 'own' | 'asked';
  /** What the messages say to somebody of this {@link Subject.language}. Default English. */
  readonly texts?: (language: string | undefined) => CodeMessageTexts;
}
