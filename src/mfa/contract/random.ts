import { randomBytes, randomFillSync, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { V7Generator } from 'uuidv7';

/** The source of randomness: all secrets, codes, nonces and keys of rows come from it. */
export abstract class RandomSource {
  /** `byteLength` unpredictable bytes. */
  abstract bytes(byteLength: number): Buffer;
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
const DRAWN_WORDS = 1024;

/** Words of 32 bits from the operating system's generator, drawn a thousand at a time. */
class DrawnWords {
  private readonly words = Buffer.alloc(DRAWN_WORDS * WORD_BYTES);
  private nextAt = this.words.length;

  nextUint32(): number {
    if (this.nextAt === this.words.length) {
      randomFillSync(this.words);
      this.nextAt = 0;
    }
    const word = this.words.readUInt32LE(this.nextAt);
    this.nextAt += WORD_BYTES;
    return word;
  }
}

/** The operating system's generator, through `node:crypto`. */
@Injectable()
export class SystemRandomSource extends RandomSource {
  /** Drawn ahead, because each request makes several keys. Secrets are never drawn ahead. */
  private readonly rowIds = new V7Generator(new DrawnWords());

  bytes(byteLength: number): Buffer {
    return randomBytes(byteLength);
  }

  below(bound: number): number {
    return randomInt(bound);
  }

  rowId(): string {
    return this.rowIds.generate().toString();
  }
}
