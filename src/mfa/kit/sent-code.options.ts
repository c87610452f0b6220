import { oneOf, textLike, wholeNumber } from '../contract/option-form.js';

/** The options of sent codes. */
export const SENT_CODE_OPTIONS = {
  /** Digits of a code, 6 to 10. Default 6 [NIST SP 800-63B-4 §3.1.3.2]. */
  codeLength: wholeNumber(6, 10),
  /** Lifetime of a code in seconds, 60 to 600. Default 600 [NIST SP 800-63B-4 §3.1.3.2]. */
  codeLifetimeSeconds: wholeNumber(60, 600),
};

/** The options of a text that carries a code. */
export const MESSAGE_OPTIONS = {
  /**
   * The text, at most 300 characters, with `{code}` in it once. Default: one that names the
   * application and the lifetime of the code.
   */
  message: textLike(
    /^(?=[^]{0,300}$)[^{}]*\{code\}[^{}]*$/,
    'a text of at most 300 characters with {code} in it once, and no other placeholder',
  ),
};

/** The destination of codes: the address of the account, or one that a set-up asks for. */
export const ADDRESS_CHOICE = oneOf(['own', 'asked'], 'own or asked');
