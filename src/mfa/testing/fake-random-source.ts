import { createHash } from 'node:crypto';
import { RandomSource } from '../contract/random.js';

/** 1 January 2026, the time in the first key of a row. */
const FIRST_ROW_ID_MILLISECONDS = 1_767_225_600_000;
const DRAW_BYTES = 6;
const DRAW_VALUES = 2 ** (8 * DRAW_BYTES);

/**
 * A random source that repeats: the same seed gives the same draws in the same order. One source never
 * gives the same sixteen bytes, or more, twice.
 */
export class FakeRandomSource extends RandomSource {
  private blocks = 0;
  private rows = 0;

  /** @param seed another seed gives other draws */
  constructor(private readonly seed = 'nestjs-mfa') {
    super();
  }

  bytes(byteLength: number): Buffer {
    const blocks: Buffer[] = [];
    for (let drawn = 0; drawn < byteLength; drawn += 32) blocks.push(this.nextBlock());
    return Buffer.concat(blocks).subarray(0, byteLength);
  }

  below(bound: number): number {
    // Values above the last whole multiple of the bound would favour small numbers: draw again.
    const end = DRAW_VALUES - (DRAW_VALUES % bound);
    let value = end;
    while (value >= end) value = this.bytes(DRAW_BYTES).readUIntBE(0, DRAW_BYTES);
    return value % bound;
  }

  rowId(): string {
    const bytes = this.bytes(16);
    bytes.writeUIntBE(FIRST_ROW_ID_MILLISECONDS + this.rows++, 0, 6);
    // Version 7 and the variant [RFC 9562 §5.7].
    bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  private nextBlock(): Buffer {
    return createHash('sha256').update(`${this.seed}\n${this.blocks++}`).digest();
  }
}
