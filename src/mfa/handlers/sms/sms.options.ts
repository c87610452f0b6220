import { type OptionFormValues } from '../../contract/option-form.js';
import { MESSAGE_OPTIONS, SENT_CODE_OPTIONS } from '../../kit/sent-code.options.js';

/** DI token under which a host may bind {@link SmsHandlerOptions} for the plain `SmsHandler`. */
export const SMS_HANDLER_OPTIONS = Symbol('SMS_HANDLER_OPTIONS');

/** What a host may set of the codes of a handler of text messages: each row is one option. */
export const SMS_OPTIONS = { ...MESSAGE_OPTIONS, ...SENT_CODE_OPTIONS };

/** What a host may set of a handler of text messages. */
export interface SmsHandlerOptions extends Partial<OptionFormValues<typeof SMS_OPTIONS>> {
  /** As {@link MfaHandler.name}. Default `sms`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `Text message`. */
  readonly displayName?: string;
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
}
