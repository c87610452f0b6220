/** One mail, ready to be sent. */
export interface Mail {
  /** A single address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /**
   * Names it in every try. Present: the outbox sends it, and waits as long as a mail server may take to
   * accept it [RFC 5321 §4.5.3.2.6]. Absent: a person waits.
   */
  readonly deliveryId?: string;
}

/** What consumers that send mails set as their `deliveryTimeoutSeconds`: more than a mailer takes. */
export const MAIL_DELIVERY_SECONDS = 630;

/** What they set as their `slowAfterSeconds`: most mails take less. */
export const MAIL_SLOW_SECONDS = 2;

/** Hands mails to a carrier. Everything of the server that writes to people goes through this. */
export abstract class Mailer {
  /**
   * Resolves when the carrier has taken the mail; rejects in bounded time when it has not.
   *
   * @throws {DeliveryRefused} where the carrier never takes this mail
   */
  abstract send(mail: Mail): Promise<void>;
  /**
   * Resolves when the carrier would take mails; rejects in bounded time when it is away. Absent where
   * there is no carrier to be away.
   */
  reach?(): Promise<void>;
}
