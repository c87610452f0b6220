/** A text message that is ready to be sent. */
export interface SmsMessage {
  /** One number in E.164. */
  readonly to: string;
  readonly text: string;
}

/** Port: carries text messages. The host binds it. */
export abstract class SmsGateway {
  /** Hands the message over. A rejection means that it was not taken and may be tried again. */
  abstract send(message: SmsMessage): Promise<void>;
}
