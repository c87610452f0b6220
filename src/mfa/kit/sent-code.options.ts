import { oneOf, textLike, wholeNumber } from '../contract/option-form.js';

/** What a host may set of codes that are sent. */
export const SENT_CODE_OPTIONS = {
  /** Digits of a code, 6 to 10. Default 6 [NIST SP 800-63B-4 §3.1.3.2]. */
  codeLength: wholeNumber(6, 10),
  /** Age in seconds at which a code ends, 60 to 600. Default 600 [NIST SP 800-63B-4 §3.1.3.2]. */
  codeLifetimeSeconds: wholeNumber(60, 600),
};

/** What a host may set of a text that carries a code. */
export const MESSAGE_OPTIONS = {
  /**
   * The text, at most 300 characters, with `{code}` in it once. Default: one that names the
   * application and the life of the code.
   */
  message: textLike(
    /^(?=[^]{0,300}$)[^{}]*\{code\}[^{}]*$/,
    'a text of at most 300 characters with {code} in it once, and no other placeholder',
  ),
};

/** Whose address codes are sent to: the account's own, or one that is asked for. */
export const ADDRESS_CHOICE = oneOf(['own', 'asked'], 'own or asked');
