import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RandomSource } from '../../contract/random.js';
import { type DerivedKey, KeyRing } from '../keys/key-ring.js';
import { type DeviceKey, type DeviceRecord } from '../ports/devices.js';

/** The contents of a device token: the device, and which of its tokens this is. */
export type DeviceFacts = DeviceKey & Pick<DeviceRecord, 'generation' | 'salt' | 'keyId'>;

/** A new token with its contents. */
export interface MintedToken {
  readonly facts: DeviceFacts;
  readonly token: string;
}

const UUID_BYTES = 16;
const GENERATION_BYTES = 4;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const LONGEST_KEY_ID = 32;
const BYTES_AFTER_KEY_ID = UUID_BYTES + GENERATION_BYTES + SALT_BYTES;
const MOST_BYTES = 1 + LONGEST_KEY_ID + BYTES_AFTER_KEY_ID + TAG_BYTES;

/** Characters of the longest token. */
const MAX_DEVICE_TOKEN_LENGTH = Math.ceil((MOST_BYTES * 4) / 3);

/**
 * The opaque tokens of remembered devices:
 *
 *     base64url(length of key id (1) ‖ key id ‖ device id (16) ‖ generation (4) ‖ salt (16) ‖ HMAC (32))
 *
 * HMAC-SHA-256 [RFC 2104] covers everything before it and the id of the subject, by a key that has only this
 * use. So a forged token, or that of somebody else, costs no statement. The row holds all parts of the
 * present token except the key: the server can make it again, and a copy of the database cannot.
 */
@Injectable()
export class DeviceTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly random: RandomSource,
  ) {}

  /** A device's first token. */
  first({ subjectId, id }: DeviceKey): MintedToken {
    return this.mint({ subjectId, id }, 1);
  }

  /** The token after this one. */
  next({ subjectId, id, generation }: DeviceFacts): MintedToken {
    return this.mint({ subjectId, id }, generation + 1);
  }

  /** The token with these contents, as it was made; null when its key is no longer in the ring. */
  again(facts: DeviceFacts): string | null {
    const key = this.keys.find('device-token', facts.keyId);
    return key && tokenOf(facts, key);
  }

  /**
   * The contents of a token that was made for this subject; null for any other text. The device's row decides
   * whether it is still valid.
   */
  read(token: string, subjectId: string): DeviceFacts | null {
    const bytes =
      token.length <= MAX_DEVICE_TOKEN_LENGTH ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
    // Only the canonical text is accepted: the decoder skips characters outside its alphabet.
    if (bytes.length === 0 || bytes.toString('base64url') !== token) return null;
    const keyIdEnd = 1 + bytes.readUInt8(0);
    const said = bytes.subarray(0, keyIdEnd + BYTES_AFTER_KEY_ID);
    const keyId = bytes.toString('latin1', 1, keyIdEnd);
    const key = this.keys.find('device-token', keyId);
    const tag = key && tagOf(said, subjectId, key);
    const given = bytes.subarray(said.length);
    if (tag?.length !== given.length || !timingSafeEqual(tag, given)) return null;
    return { subjectId, keyId, ...factsIn(said.subarray(keyIdEnd)) };
  }

  private mint(device: DeviceKey, generation: number): MintedToken {
    const key = this.keys.newest('device-token');
    const salt = this.random.bytes(SALT_BYTES).toString('base64url');
    const facts = { ...device, generation, salt, keyId: key.id };
    return { facts, token: tokenOf(facts, key) };
  }
}

function tokenOf({ subjectId, keyId, id, generation, salt }: DeviceFacts, key: DerivedKey): string {
  const said = Buffer.concat([
    Buffer.from([keyId.length]),
    Buffer.from(keyId, 'latin1'),
    Buffer.from(id.replaceAll('-', ''), 'hex'),
    bytesOfNumber(generation),
    Buffer.from(salt, 'base64url'),
  ]);
  return Buffer.concat([said, tagOf(said, subjectId, key)]).toString('base64url');
}

function tagOf(said: Buffer, subjectId: string, { secret }: DerivedKey): Buffer {
  return createHmac('sha256', secret).update(said).update(subjectId, 'utf8').digest();
}

/** @param bytes whose length the HMAC has verified */
function factsIn(bytes: Buffer): Pick<DeviceFacts, 'id' | 'generation' | 'salt'> {
  const generationEnd = UUID_BYTES + GENERATION_BYTES;
  const hex = bytes.toString('hex', 0, UUID_BYTES);
  return {
    id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    generation: bytes.readUInt32BE(UUID_BYTES),
    salt: bytes.toString('base64url', generationEnd),
  };
}

function bytesOfNumber(generation: number): Buffer {
  const bytes = Buffer.alloc(GENERATION_BYTES);
  bytes.writeUInt32BE(generation);
  return bytes;
}
