import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Waits. Everything that lets time pass asks this, so a test need not. */
export abstract class Delay {
  /** Resolves after so long. */
  abstract wait(milliseconds: number): Promise<void>;
}

/** Waits by the machine's own clock, and does not keep the process from ending. */
@Injectable()
export class SystemDelay extends Delay {
  async wait(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds, undefined, { ref: false });
  }
}
