import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../../mfa/index.js';

/** A message to keep instead of sending it. */
export interface UnsentMessage {
  readonly kind: 'mail' | 'text message' | 'notification';
  /** An address, a number, or the name of a destination. */
  readonly to: string;
  /** Absent for kinds of messages without one. */
  readonly subject?: string;
  readonly text: string;
}

/** A kept message. */
export interface KeptMessage extends UnsentMessage {
  readonly at: Date;
}

const MOST_MESSAGES_KEPT = 100;

/** The path of the page that shows the kept messages. */
export const MAILBOX_PATH = '/dev/mailbox';

/** Keeps the last 100 messages in memory, codes included: for development without carriers only. */
@Injectable()
export class DevelopmentMailbox {
  private readonly logger = new Logger('Mailbox');
  private readonly messages: KeptMessage[] = [];

  constructor(private readonly clock: Clock) {}

  /** @param line the log's line about the message, without anything that a log must not hold */
  keep(message: UnsentMessage, line: string): void {
    this.messages.unshift({ ...message, at: this.clock.now() });
    this.messages.splice(MOST_MESSAGES_KEPT);
    this.logger.log(line);
  }

  /** The kept messages, newest first. */
  list(): readonly KeptMessage[] {
    return this.messages;
  }
}
