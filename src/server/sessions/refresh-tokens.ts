import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { constantTimeEqual, KeyRing, MfaError, RandomSource } from '../../mfa/index.js';

/** The contents of a refresh token: the session, and which of its tokens this is. */
export interface RefreshFacts {
  readonly userId: string;
  readonly sessionId: string;
  /** 1 for the first token of a session; each renewal adds 1. */
  readonly generation: number;
  /** 16 random bytes in base64url, new in each generation. */
  readonly salt: string;
  /** The id of the ring's key that the token is made with. */
  readonly keyId: string;
}

const UUID_BYTES = 16;
const GENERATION_BYTES = 4;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const LONGEST_KEY_ID = 32;
const BYTES_AFTER_KEY_ID = 2 * UUID_BYTES + GENERATION_BYTES + SALT_BYTES;
const MOST_BYTES = 1 + LONGEST_KEY_ID + BYTES_AFTER_KEY_ID + TAG_BYTES;

/** Characters of the longest token. */
export const MAX_REFRESH_TOKEN_LENGTH = Math.ceil((MOST_BYTES * 4) / 3);

/**
 * The opaque tokens that renew a session:
 *
 *     base64url(length of key id (1) ‖ key id ‖ user id (16) ‖ session id (16) ‖ generation (4) ‖ salt (16) ‖ HMAC (32))
 *
 * HMAC-SHA-256 [RFC 2104] covers everything before it, by a key of `MFA_SECRET_KEYS` that has only this
 * use. So a forged token costs neither a statement nor a signature. The session's row holds all parts
 * of the present token except the key: the server can make it again, and a copy of the database
 * cannot. The row must also have the token's salt. So nobody can make a token that renews from the key
 * alone, and after a restored backup a token that is newer than the backup renews nothing.
 */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly random: RandomSource,
  ) {}

  /** The contents of a session's first token. */
  first(session: Pick<RefreshFacts, 'userId' | 'sessionId'>): RefreshFacts {
    return this.generation(session, 1);
  }

  /** The contents of the token after this one. */
  next(spent: RefreshFacts): RefreshFacts {
    return this.generation(spent, spent.generation + 1);
  }

  /**
   * The token with these contents, the same each time.
   *
   * @throws {MfaError} `token_not_valid` when its key is no longer in the ring
   */
  write({ keyId, userId, sessionId, generation, salt }: RefreshFacts): string {
    const said = Buffer.concat([
      Buffer.from([keyId.length]),
      Buffer.from(keyId, 'latin1'),
      bytesOfUuid(userId),
      bytesOfUuid(sessionId),
      bytesOfNumber(generation),
      Buffer.from(salt, 'base64url'),
    ]);
    return Buffer.concat([said, this.tagOf(said, keyId)]).toString('base64url');
  }

  /**
   * The contents of a token that this server has made. The session's row decides whether it is
   * still valid.
   *
   * @throws {MfaError} `token_not_valid` for every error; also when its key is no longer in the
   *   ring
   */
  read(token: string): RefreshFacts {
    const bytes = token.length <= MAX_REFRESH_TOKEN_LENGTH ? Buffer.from(token, 'base64url') : null;
    // Only the canonical text is accepted: the decoder skips characters outside its alphabet.
    if (bytes?.toString('base64url') !== token) throw new MfaError('token_not_valid');
    const keyIdEnd = 1 + (bytes[0] ?? 0);
    const said = bytes.subarray(0, keyIdEnd + BYTES_AFTER_KEY_ID);
    const keyId = bytes.toString('latin1', 1, keyIdEnd);
    if (!constantTimeEqual(this.tagOf(said, keyId), bytes.subarray(said.length))) {
      throw new MfaError('token_not_valid');
    }
    return { keyId, ...factsIn(said.subarray(keyIdEnd)) };
  }

  private generation(
    { userId, sessionId }: Pick<RefreshFacts, 'userId' | 'sessionId'>,
    generation: number,
  ): RefreshFacts {
    const salt = this.random.bytes(SALT_BYTES).toString('base64url');
    const keyId = this.keys.newest('refresh-token').id;
    return { userId, sessionId, generation, salt, keyId };
  }

  private tagOf(said: Buffer, keyId: string): Buffer {
    const key = this.keys.find('refresh-token', keyId);
    if (key === null) throw new MfaError('token_not_valid');
    return createHmac('sha256', key.secret).update(said).digest();
  }
}

/** @param bytes whose length the HMAC has verified */
function factsIn(bytes: Buffer): Omit<RefreshFacts, 'keyId'> {
  const sessionEnd = 2 * UUID_BYTES;
  const generationEnd = sessionEnd + GENERATION_BYTES;
  return {
    userId: uuidOf(bytes.subarray(0, UUID_BYTES)),
    sessionId: uuidOf(bytes.subarray(UUID_BYTES, sessionEnd)),
    generation: bytes.readUInt32BE(sessionEnd),
    salt: bytes.toString('base64url', generationEnd),
  };
}

function bytesOfUuid(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function bytesOfNumber(generation: number): Buffer {
  const bytes = Buffer.alloc(GENERATION_BYTES);
  bytes.writeUInt32BE(generation);
  return bytes;
}
