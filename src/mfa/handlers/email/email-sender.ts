/** A message that is ready to be sent. */
export interface EmailMessage {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same content as a complete HTML document. */
  readonly html: string;
}

/** Port: carries messages by e-mail. The host binds it. */
export abstract class EmailSender {
  /** Hands the message over. A rejection means that it was not taken and may be tried again. */
  abstract send(message: EmailMessage): Promise<void>;
}
