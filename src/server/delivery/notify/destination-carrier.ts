import { Injectable, Logger, Optional } from '@nestjs/common';
import { DevelopmentMailbox, MAILBOX_PATH } from '../mail/development-mailbox.js';
import { WebhookSender } from '../webhooks/webhook-sender.js';
import { type ConfiguredDestination } from './configured-destination.js';

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
