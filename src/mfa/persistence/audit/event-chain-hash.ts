import { createHash } from 'node:crypto';

/** The fields that the hash of an event covers, as text. */
export interface ChainedEvent {
  readonly subjectId: string;
  readonly seq: string;
  readonly id: string;
  /** Since 1970. */
  readonly atMicroseconds: string;
  readonly type: string;
  readonly factor: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** The hash that the first event of a user is chained to. */
export const CHAIN_START = Buffer.alloc(32);

const ABSENT = Buffer.alloc(4, 0xff);

/**
 * The hash that the trigger on `mfa_events` gives an event; `CHAIN_EVENTS` describes its input.
 *
 * @param previous the hash of the event before, or {@link CHAIN_START}
 */
export function eventChainHash(previous: Buffer, event: ChainedEvent): Buffer {
  const { subjectId, seq, id, atMicroseconds, type, factor, ip, userAgent } = event;
  const hash = createHash('sha256').update(previous);
  for (const field of [subjectId, seq, id, atMicroseconds, type, factor, ip, userAgent]) {
    for (const part of field === null ? [ABSENT] : behindLength(field)) hash.update(part);
  }
  return hash.digest();
}

function behindLength(field: string): [Buffer, Buffer] {
  const bytes = Buffer.from(field, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
