/** One mail, ready to be sent. */
export interface Mail {
  /** A single address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /**
   * The same in every try. Present if the outbox sends the mail: it waits as long as a mail server
   * may take to accept it [RFC 5321 §4.5.3.2.6]. Absent if a person waits.
   */
  readonly deliveryId?: string;
}

/** `deliveryTimeoutSeconds` of consumers that send mails: longer than a mailer takes. */
export const MAIL_DELIVERY_SECONDS = 630;

/** `slowAfterSeconds` of consumers that send mails: most mails take less. */
export const MAIL_SLOW_SECONDS = 2;

/** Hands mails to a carrier. All mails of the server go through this. */
export abstract class Mailer {
  /**
   * Resolves when the carrier has taken the mail; rejects in bounded time when it has not.
   *
   * @throws {DeliveryRefused} if the carrier will never take this mail
   */
  abstract send(mail: Mail): Promise<void>;
  /**
   * Resolves when the carrier would take mails; rejects in bounded time when it is unreachable.
   * Absent if there is no carrier.
   */
  reach?(): Promise<void>;
}
