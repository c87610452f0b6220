import { type NotifyDestination } from '../../../mfa/handlers/notify/index.js';
import { type WebhookTarget } from '../webhooks/webhook-sender.js';

/** A destination as the operator set it up. */
export interface ConfiguredDestination extends NotifyDestination {
  /** Null: the development mailbox. */
  readonly webhook: WebhookTarget | null;
}

/** The destination outside production if the operator set up none. */
export const MAILBOX_DESTINATION: ConfiguredDestination = {
  id: 'mailbox',
  name: 'Development mailbox',
  webhook: null,
};
