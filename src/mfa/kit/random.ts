import { randomBytes, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { uuidv7obj } from 'uuidv7';

/** Where chance comes from. Secrets, codes, nonces and keys of rows are all drawn here. */
export abstract class RandomSource {
  /** `byteLength` unpredictable bytes. */
  abstract bytes(byteLength: number): Buffer;
  /** A whole number from 0 up to, not including, `bound`; every value equally likely. */
  abstract below(bound: number): number;
  /** A new key for a row: UUIDv7 [RFC 9562 §5.7], so that keys made later sort later. */
  abstract rowId(): string;

  /** `length` characters drawn independently from `alphabet`. */
  characters(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(this.below(alphabet.length))).join('');
  }
}

/** The operating system's generator, through `node:crypto`. */
@Injectable()
export class SystemRandomSource extends RandomSource {
  bytes(byteLength: number): Buffer {
    return randomBytes(byteLength);
  }

  below(bound: number): number {
    return randomInt(bound);
  }

  rowId(): string {
    return uuidv7obj().toString();
  }
}
