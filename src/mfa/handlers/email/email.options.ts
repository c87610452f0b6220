import { type OptionFormValues } from '../../contract/option-form.js';
import { ADDRESS_CHOICE, SENT_CODE_OPTIONS } from '../../kit/sent-code.options.js';
import { type CodeMessageTexts } from './code-message-texts.js';

/** DI token under which a host may bind {@link EmailHandlerOptions} for the plain `EmailHandler`. */
export const EMAIL_HANDLER_OPTIONS = Symbol('EMAIL_HANDLER_OPTIONS');

/** Options of a handler of e-mailed codes, apart from its names and texts: one option per row. */
export const EMAIL_OPTIONS = {
  /**
   * Where codes go: `own`, to the address of the account; `asked`, to one that the person gives at
   * enrolment in the field `email`, and proves there. Default `own`.
   */
  address: ADDRESS_CHOICE,
  ...SENT_CODE_OPTIONS,
};

/** Options of a handler of e-mailed codes. */
export interface EmailHandlerOptions extends Partial<OptionFormValues<typeof EMAIL_OPTIONS>> {
  /** As {@link MfaHandler.name}. Default `email`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `E-mail`. */
  readonly displayName?: string;
  /** The texts for a {@link Subject.language}. Default English. */
  readonly texts?: (language: string | undefined) => CodeMessageTexts;
}
