import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Waits. All waits go through this, so that tests need not wait. */
export abstract class Delay {
  abstract wait(milliseconds: number): Promise<void>;
}

/** Waits by the machine's own timer, without keeping the process alive. */
@Injectable()
export class SystemDelay extends Delay {
  async wait(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds, undefined, { ref: false });
  }
}
