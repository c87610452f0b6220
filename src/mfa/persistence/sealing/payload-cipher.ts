import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing, type KeyUse } from '../../core/keys/key-ring.js';
import { RandomSource } from '../../contract/random.js';

/** The row that a payload belongs to. It is the associated data: in any other row the payload does not open. */
export interface PayloadOwner {
  readonly use: Extract<KeyUse, 'state' | 'challenge' | 'outbox' | 'change'>;
  readonly subjectId: string;
  /** The id of the method, of the challenge, of the delivery or of the change. */
  readonly rowId: string;
  readonly purpose: string;
}

const ENVELOPE_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 2;

/**
 * Seals states, challenge data, deliveries and what changes removed, by AES-256-GCM [NIST SP
 * 800-38D] with a random 96-bit nonce.
 *
 * Envelope: version (1 byte), length of the key id (1), key id, nonce (12), tag (16), cipher text.
 */
@Injectable()
export class PayloadCipher {
  constructor(
    private readonly keys: KeyRing,
    private readonly random: RandomSource,
  ) {}

  /** @param payload anything that survives JSON */
  seal(payload: unknown, owner: PayloadOwner): Buffer {
    const key = this.keys.newest(owner.use);
    const nonce = this.random.nonce(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(boundTo(owner));
    const text = Buffer.concat([cipher.update(JSON.stringify(payload), 'utf8'), cipher.final()]);
    const keyId = Buffer.from(key.id, 'ascii');
    const header = Buffer.from([ENVELOPE_VERSION, keyId.length]);
    return Buffer.concat([header, keyId, nonce, cipher.getAuthTag(), text]);
  }

  /** @throws {Error} when the envelope was altered, belongs elsewhere, or its key is not in the ring */
  open(envelope: Buffer, owner: PayloadOwner): unknown {
    const { keyId, nonce, tag, text } = partsOf(envelope);
    const key = this.keys.find(owner.use, keyId);
    if (key === null)
      throw new Error(`The key "${keyId}" that sealed a ${owner.use} is not in the ring.`);
    const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, {
      authTagLength: TAG_BYTES,
    })
      .setAAD(boundTo(owner))
      .setAuthTag(tag);
    const json = Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    return JSON.parse(json) as unknown;
  }
}

/** The id of the key that sealed an envelope. */
export function sealingKeyIdOf(envelope: Buffer): string {
  return partsOf(envelope).keyId;
}

function boundTo({ use, subjectId, rowId, purpose }: PayloadOwner): Buffer {
  return Buffer.from(JSON.stringify([use, subjectId, rowId, purpose]), 'utf8');
}

function partsOf(envelope: Buffer) {
  const [version, keyIdBytes = 0] = envelope;
  const nonceAt = HEADER_BYTES + keyIdBytes;
  const tagAt = nonceAt + NONCE_BYTES;
  const textAt = tagAt + TAG_BYTES;
  if (version !== ENVELOPE_VERSION || envelope.length < textAt) {
    throw new Error('A sealed payload is cut or of an unknown version.');
  }
  return {
    keyId: envelope.toString('ascii', HEADER_BYTES, nonceAt),
    nonce: envelope.subarray(nonceAt, tagAt),
    tag: envelope.subarray(tagAt, textAt),
    text: envelope.subarray(textAt),
  };
}
