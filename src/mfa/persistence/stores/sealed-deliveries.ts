import { Injectable } from '@nestjs/common';
import { type RecordedEvent } from '../../core/ports/event-consumer.js';
import { type MfaEvent } from '../../core/ports/events.js';
import { PayloadCipher } from '../sealing/payload-cipher.js';

/** A row of `mfa_outbox` that was claimed, its payload still sealed. */
export interface OutboxRow {
  user_id: string;
  id: string;
  consumer: string;
  event_id: string;
  event_seq: string;
  event_hash: Buffer;
  payload: Buffer;
  attempts: number;
  created_at: Date;
}

/** The members of an event that only the payload has, as JSON. */
type Payload = Pick<
  RecordedEvent,
  'type' | 'factor' | 'target' | 'changeId' | 'detail' | 'sessionId' | 'client' | 'subject'
> & {
  readonly at: string;
};

/** Seals and opens the payloads of `mfa_outbox`, which name a person's addresses. */
@Injectable()
export class SealedDeliveries {
  constructor(private readonly cipher: PayloadCipher) {}

  /** @param row the row of the payload, which opens in no other */
  seal(event: MfaEvent, row: { readonly id: string; readonly consumer: string }): Buffer {
    const { type, factor, target, changeId, detail, sessionId, client, at } = event;
    const { id, displayName, addresses } = event.subject;
    const payload: Payload = {
      type,
      factor,
      target,
      changeId,
      detail,
      sessionId,
      client: { ip: client.ip, userAgent: client.userAgent },
      at: at.toISOString(),
      subject: { id, displayName, addresses },
    };
    return this.cipher.seal(payload, ownerOf({ ...row, user_id: id }));
  }

  /** @throws {Error} when the row was altered, or its key is not in the ring */
  open(row: OutboxRow): RecordedEvent {
    // `seal` sealed it under our key: nobody else can have written it.
    const payload = this.cipher.open(row.payload, ownerOf(row)) as Payload;
    return {
      ...payload,
      at: new Date(payload.at),
      id: row.event_id,
      seq: Number(row.event_seq),
      hash: row.event_hash,
    };
  }
}

function ownerOf(row: { user_id: string; id: string; consumer: string }) {
  return { use: 'outbox', subjectId: row.user_id, rowId: row.id, purpose: row.consumer } as const;
}
