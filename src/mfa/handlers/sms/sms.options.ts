import { type OptionFormValues } from '../../contract/option-form.js';
import { MESSAGE_OPTIONS, SENT_CODE_OPTIONS } from '../../kit/sent-code.options.js';

/** DI token under which a host may bind {@link SmsHandlerOptions} for the plain `SmsHandler`. */
export const SMS_HANDLER_OPTIONS = Symbol('SMS_HANDLER_OPTIONS');

/** Options of the codes of a handler of text messages: one option per row. */
export const SMS_OPTIONS = { ...MESSAGE_OPTIONS, ...SENT_CODE_OPTIONS };

/** Options of a handler of text messages. */
export interface SmsHandlerOptions extends Partial<OptionFormValues<typeof SMS_OPTIONS>> {
  /** As {@link MfaHandler.name}. Default `sms`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `Text message`. */
  readonly displayName?: string;
  /**
   * Where codes go: `asked`, to a number that the person gives at enrolment in the field
   * `phone_number`; `own`, to the number of the account. Both are proven. Default `asked`.
   */
  readonly address?: 'own' | 'asked';
  /**
   * Prefixes of the numbers that may be enrolled: `+49`, or `+1 242` where countries share a code.
   * Blanks are ignored. Numbers confirmed earlier keep receiving codes. Absent: all numbers.
   */
  readonly allowedPrefixes?: readonly string[];
}
