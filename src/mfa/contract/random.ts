import { randomBytes, randomFillSync, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { V7Generator } from 'uuidv7';

/** The source of randomness: all secrets, codes, nonces and keys of rows come from it. */
export abstract class RandomSource {
  /** `byteLength` unpredictable bytes. */
  abstract bytes(byteLength: number): Buffer;
  /**
   * As {@link bytes}, for what becomes known when it is used, such as the nonce of a cipher or the id of a
   * request. It may be drawn ahead, so no secret comes from here.
   */
  nonce(byteLength: number): Buffer {
    return this.bytes(byteLength);
  }
  /** A whole number from 0 to `bound - 1`, each equally likely. */
  abstract below(bound: number): number;
  /** A new key for a row: a UUIDv7 [RFC 9562 §5.7], so that later keys sort later. */
  abstract rowId(): string;

  /** `length` characters drawn independently from `alphabet`. */
  characters(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(this.below(alphabet.length))).join('');
  }
}

const WORD_BYTES = 4;
const DRAWN_BYTES = 4096;
/** More than this is no nonce. */
const MOST_AHEAD_BYTES = 64;

/** Bytes from the operating system's generator, four thousand at a time. None is given twice. */
class DrawnBytes {
  private readonly drawn = Buffer.alloc(DRAWN_BYTES);
  private nextAt = this.drawn.length;

  /** A copy of the next bytes, at most {@link MOST_AHEAD_BYTES}. */
  next(byteLength: number): Buffer {
    if (this.nextAt + byteLength > this.drawn.length) {
      randomFillSync(this.drawn);
      this.nextAt = 0;
    }
    const end = this.nextAt + byteLength;
    const bytes = Buffer.from(this.drawn.subarray(this.nextAt, end));
    this.nextAt = end;
    return bytes;
  }

  nextUint32(): number {
    return this.next(WORD_BYTES).readUInt32LE();
  }
}

/** The operating system's generator, through `node:crypto`. */
@Injectable()
export class SystemRandomSource extends RandomSource {
  /** Drawn ahead, because each request needs several. Secrets are never drawn ahead. */
  private readonly ahead = new DrawnBytes();
  private readonly rowIds = new V7Generator(this.ahead);

  bytes(byteLength: number): Buffer {
    return randomBytes(byteLength);
  }

  override nonce(byteLength: number): Buffer {
    return byteLength > MOST_AHEAD_BYTES ? this.bytes(byteLength) : this.ahead.next(byteLength);
  }

  below(bound: number): number {
    return randomInt(bound);
  }

  rowId(): string {
    return this.rowIds.generate().toString();
  }
}
