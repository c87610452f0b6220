import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { KeyManagement } from './key-management.js';

const ALGORITHM = 'id-aes256-wrap';
/** The initial value, which shows that an unwrapped key is whole [RFC 3394 §2.2.3.1]. */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6);
const MASTER_KEY_BYTES = 32;

/** Wraps keys under a master key that this process holds: AES-256 Key Wrap [RFC 3394]. */
export class LocalKeyManagement extends KeyManagement {
  readonly keyId: string;

  /**
   * @param masterKey 32 random bytes
   * @throws {Error} when it has another length
   */
  constructor(private readonly masterKey: Uint8Array) {
    super();
    if (masterKey.length !== MASTER_KEY_BYTES) {
      throw new Error(`A master key has ${MASTER_KEY_BYTES} bytes.`);
    }
    const digest = createHash('sha256').update('nestjs-mfa/v1/master-key-id').update(masterKey);
    this.keyId = `local-${digest.digest('hex').slice(0, 8)}`;
  }

  async wrap(dataKey: Uint8Array): Promise<Uint8Array> {
    const cipher = createCipheriv(ALGORITHM, this.masterKey, INITIAL_VALUE);
    return Buffer.concat([cipher.update(dataKey), cipher.final()]);
  }

  async unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    // OpenSSL unwraps empty bytes to an empty key.
    if (wrapped.length === 0) throw new Error('There is nothing to unwrap.');
    const decipher = createDecipheriv(ALGORITHM, this.masterKey, INITIAL_VALUE);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  }
}
