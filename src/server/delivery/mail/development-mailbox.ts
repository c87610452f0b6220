import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../../mfa/index.js';

/** A message that is kept instead of sent. */
export interface UnsentMessage {
  readonly kind: 'mail' | 'text message' | 'notification';
  /** An address, a number, or the name of a destination. */
  readonly to: string;
  /** Absent where messages of the kind have none. */
  readonly subject?: string;
  readonly text: string;
}

/** One that was kept. */
export interface KeptMessage extends UnsentMessage {
  readonly at: Date;
}

const MOST_MESSAGES_KEPT = 100;

/** The path of the page that shows the kept messages. */
export const MAILBOX_PATH = '/dev/mailbox';

/**
 * Keeps the last 100 messages in memory, codes included: for development only, where nobody wants
 * carriers.
 */
@Injectable()
export class DevelopmentMailbox {
  private readonly logger = new Logger('Mailbox');
  private readonly messages: KeptMessage[] = [];

  constructor(private readonly clock: Clock) {}

  /** @param line tells the log of the message; it holds no more than a log may */
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
