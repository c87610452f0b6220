/** One mail, ready to be sent. */
export interface Mail {
  /** A single address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Hands mails to a carrier. Everything of the server that writes to people goes through this. */
export abstract class Mailer {
  /** Resolves when the carrier has taken the mail; rejects in bounded time when it has not. */
  abstract send(mail: Mail): Promise<void>;
  /**
   * Resolves when the carrier would take mails; rejects in bounded time when it is away. Absent where
   * there is no carrier to be away.
   */
  reach?(): Promise<void>;
}
