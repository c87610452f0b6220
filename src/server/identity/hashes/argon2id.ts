import { type HashWork } from '../../config/values/hash-work.js';

/** argon2id [RFC 9106 §3] of version 0x13 with one lane, computed beside the JavaScript thread. Also its DI token. */
export abstract class Argon2id {
  /** 32 bytes. */
  abstract digest(text: string, salt: Buffer, work: HashWork): Promise<Buffer>;
}

/** Bytes of a salt [RFC 9106 §3.1]. */
export const SALT_BYTES = 16;

/** Bytes of a digest. */
export const DIGEST_BYTES = 32;
