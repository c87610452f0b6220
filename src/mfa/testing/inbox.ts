import { type EmailMessage, EmailSender } from '../handlers/email/email-sender.js';

/** A mail server that keeps all messages and refuses them when told to. */
export class Inbox extends EmailSender {
  /** All accepted messages, oldest first. */
  readonly messages: EmailMessage[] = [];
  private failures = 0;

  async send(message: EmailMessage): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('The mail server is down.');
    }
    this.messages.push(message);
  }

  /** The code in the newest message to this address. @throws {Error} if there is none */
  lastCode(to: string): string {
    const message = this.messages.findLast((sent) => sent.to === to);
    const code = /\b\d{6,10}\b/.exec(message?.text ?? '')?.[0];
    if (code === undefined) throw new Error(`No code was sent to ${to}.`);
    return code;
  }

  /** Refuses the next message. */
  failOnce(): void {
    this.failures = 1;
  }

  /** Refuses every message until {@link Inbox.recover}. */
  failAlways(): void {
    this.failures = Infinity;
  }

  /** Accepts messages again. */
  recover(): void {
    this.failures = 0;
  }
}
