import { Injectable, Logger, Optional } from '@nestjs/common';
import { type NotifyDestination } from '../../../mfa/handlers/notify/index.js';
import { DevelopmentMailbox, MAILBOX_PATH } from '../mail/development-mailbox.js';
import { WebhookSender, type WebhookTarget } from '../webhooks/webhook-sender.js';

/** A destination as the operator set it up. */
export interface ConfiguredDestination extends NotifyDestination {
  /** Null: the development mailbox. */
  readonly webhook: WebhookTarget | null;
}

/** What there is outside production where the operator set up none. */
export const MAILBOX_DESTINATION: ConfiguredDestination = {
  id: 'mailbox',
  name: 'Development mailbox',
  webhook: null,
};

/** Brings texts to destinations: by a webhook, or into the development mailbox. */
@Injectable()
export class DestinationCarrier {
  private readonly logger = new Logger(DestinationCarrier.name);

  constructor(
    private readonly sender: WebhookSender,
    @Optional() private readonly mailbox?: DevelopmentMailbox,
  ) {}

  /**
   * Rejects when the text was not taken. It also logs that, because the failure of one of several
   * destinations is otherwise unseen.
   */
  async carry(destination: ConfiguredDestination, text: string): Promise<void> {
    if (destination.webhook === null) return this.keep(destination, text);
    try {
      await this.sender.send(destination.webhook, { destination: destination.id, text });
    } catch (failure) {
      this.logger.warn(`The destination "${destination.id}" did not take a notification.`);
      throw failure;
    }
  }

  private keep({ name }: ConfiguredDestination, text: string): void {
    if (this.mailbox === undefined) throw new Error('There is no development mailbox.');
    const line = `notification to ${name} — see ${MAILBOX_PATH}`;
    this.mailbox.keep({ kind: 'notification', to: name, text }, line);
  }
}
