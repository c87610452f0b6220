import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MfaOptions } from '../options/mfa.options.js';
import { errorsOfSecretKeys, type SecretKey } from '../options/secret-key.js';
import { type JwtKey } from './jwt-kind.js';

/** What a derived key is for; no two uses share a key. */
export type KeyUse =
  | 'state'
  | 'challenge'
  | 'outbox'
  | 'change'
  | 'backup-lookup'
  | 'send-address'
  | 'ephemeral-token'
  | 'refresh-token'
  | 'device-token'
  | 'mailed-link'
  | 'mailed-code'
  | 'absent-name';

/** A key that is derived for one use from one key of the ring. */
export interface DerivedKey {
  /** The id of the ring's key that it is derived from. */
  readonly id: string;
  /** 32 bytes. Libraries recognise the object, and import it once. */
  readonly secret: KeyObject;
}

/** Keys by use, derived from the ring by HKDF-SHA-256 [RFC 5869 §2]. */
@Injectable()
export class KeyRing {
  private secretKeys: readonly SecretKey[];
  private derived = new Map<KeyUse, readonly [DerivedKey, ...DerivedKey[]]>();

  constructor({ secretKeys }: MfaOptions) {
    this.secretKeys = secretKeys;
  }

  /**
   * Replaces the ring for all that is sealed or opened from now on, so that keys change without a
   * restart.
   *
   * @param secretKeys the first seals, all of them open
   * @throws {Error} with one line for each error; the present ring then stays
   */
  replace(secretKeys: readonly SecretKey[]): void {
    const errors = errorsOfSecretKeys(secretKeys);
    if (errors.length > 0) throw new Error(errors.join(' '));
    this.secretKeys = [...secretKeys];
    this.derived = new Map();
  }

  /** The keys of one use; the first one seals. */
  all(use: KeyUse): readonly [DerivedKey, ...DerivedKey[]] {
    const known = this.derived.get(use) ?? this.derive(use);
    this.derived.set(use, known);
    return known;
  }

  /** The key that seals. */
  newest(use: KeyUse): DerivedKey {
    return this.all(use)[0];
  }

  /** The key of this id, or null when the ring does not hold it (any more). */
  find(use: KeyUse, id: string): DerivedKey | null {
    return this.all(use).find((key) => key.id === id) ?? null;
  }

  /**
   * HMAC-SHA-256 [RFC 2104] of `text` under each key of a use, in the order of {@link all}. A tag is the
   * key's id, a dot and base64url, so that a stored tag names its key.
   */
  tags(use: KeyUse, text: string): string[] {
    return this.all(use).map((key) => tagOf(key, text));
  }

  /** The first of {@link tags}, which is the one to store. */
  tag(use: KeyUse, text: string): string {
    return tagOf(this.newest(use), text);
  }

  private derive(use: KeyUse): readonly [DerivedKey, ...DerivedKey[]] {
    const [newest, ...older] = this.secretKeys.map(({ id, key }) => ({
      id,
      secret: createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `nestjs-mfa/v1/${use}`, 32))),
    }));
    if (newest === undefined) throw new Error('The key ring is empty.');
    return [newest, ...older];
  }
}

/** A derived key as the signer of a token. */
export function jwtKeyOf({ id: kid, secret: key }: DerivedKey): JwtKey {
  return { kid, key };
}

function tagOf(key: DerivedKey, text: string): string {
  const tag = createHmac('sha256', key.secret).update(text, 'utf8').digest('base64url');
  return `${key.id}.${tag}`;
}

/** The id of the key that made a stored tag. */
export function tagKeyIdOf(tag: string): string {
  return tag.replace(/\..*$/, '');
}
