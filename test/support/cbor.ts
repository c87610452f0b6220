/** The values that authenticators encode. */
export type Encodable =
  number | string | Uint8Array | readonly Encodable[] | ReadonlyMap<Encodable, Encodable>;

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5 };

/** The value in CBOR [RFC 8949 §3], whole numbers only. */
export function cbor(value: Encodable): Buffer {
  if (typeof value === 'number') {
    return value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.unsigned, value);
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(MAJOR.text, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) {
    return Buffer.concat([head(MAJOR.bytes, value.length), value]);
  }
  if (value instanceof Map) {
    const members = [...value].flat().map(cbor);
    return Buffer.concat([head(MAJOR.map, value.size), ...members]);
  }
  const items = [...value].map((item) => cbor(item));
  return Buffer.concat([head(MAJOR.array, items.length), ...items]);
}

function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.from([type | argument]);
  if (argument < 0x100) return Buffer.from([type | 24, argument]);
  return Buffer.from([type | 25, argument >> 8, argument & 0xff]);
}
