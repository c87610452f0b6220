import { type OptionFormValues } from '../../contract/option-form.js';
import { MESSAGE_OPTIONS, SENT_CODE_OPTIONS } from '../../kit/sent-code.options.js';

/** DI token under which a host may bind {@link NotifyHandlerOptions} for the plain `NotifyHandler`. */
export const NOTIFY_HANDLER_OPTIONS = Symbol('NOTIFY_HANDLER_OPTIONS');

/** Options of the codes of a handler of notifications: one option per row. */
export const NOTIFY_OPTIONS = { ...MESSAGE_OPTIONS, ...SENT_CODE_OPTIONS };

/** Options of a handler of notifications. */
export interface NotifyHandlerOptions extends Partial<OptionFormValues<typeof NOTIFY_OPTIONS>> {
  /** As {@link MfaHandler.name}. Default `notify`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `Notification`. */
  readonly displayName?: string;
  /** Ids of the destinations on offer. Default: all. */
  readonly include?: readonly string[];
  /** Ids of destinations that are not on offer, even where `include` has them. Default: none. */
  readonly exclude?: readonly string[];
}
