/** A key of the ring that protects states, challenge data, look-up tags and ephemeral tokens. */
export interface SecretKey {
  /** Names the key in its ciphertexts; 1 to 32 characters of `A–Z a–z 0–9 _ -`. */
  readonly id: string;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

/** The errors in a ring of keys, one sentence each. */
export function errorsOfSecretKeys(secretKeys: readonly SecretKey[]): string[] {
  const keys: readonly SecretKey[] = Array.isArray(secretKeys) ? secretKeys : [];
  if (keys.length === 0) return ['secretKeys takes at least one key of 32 random bytes.'];
  const ids = keys.map((key) => key.id);
  return [
    ...keys
      .filter((key) => !/^[\w-]{1,32}$/.test(key.id) || key.key.length !== 32)
      .map(
        (key) =>
          `secretKeys: key "${key.id}" takes an id of 1 to 32 letters, digits, _ or -, and 32 bytes.`,
      ),
    ...(new Set(ids).size === keys.length ? [] : ['secretKeys: two keys have the same id.']),
  ];
}
