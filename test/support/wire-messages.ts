const LENGTH_BYTES = 4;

/** One message of PostgreSQL's protocol. */
export interface WireMessage {
  /** One letter; empty for the first message of a client, which has none. */
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * Splits one direction of a PostgreSQL connection into messages, regardless of network packets. A
 * message is a type (1 byte), the length of the rest (4) and the content.
 */
export class WireMessages {
  private rest = Buffer.alloc(0);

  /** @param isTyped false if the first message has no type, as for clients */
  constructor(private isTyped: boolean) {}

  /** The messages that these bytes complete. */
  read(bytes: Buffer): WireMessage[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const messages: WireMessage[] = [];
    for (let next = this.take(); next !== null; next = this.take()) messages.push(next);
    return messages;
  }

  private take(): WireMessage | null {
    const typeBytes = this.isTyped ? 1 : 0;
    if (this.rest.length < typeBytes + LENGTH_BYTES) return null;
    const end = typeBytes + this.rest.readInt32BE(typeBytes);
    if (this.rest.length < end) return null;
    const bytes = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    this.isTyped = true;
    return { type: bytes.toString('latin1', 0, typeBytes), bytes };
  }
}
