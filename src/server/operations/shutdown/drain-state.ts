import { Injectable } from '@nestjs/common';

/** Whether this process is on its way out. It still answers, and wants to be sent nothing more. */
@Injectable()
export class DrainState {
  private hasBegun = false;

  /** True from the signal that ends the process on, before any connection is refused. */
  get isDraining(): boolean {
    return this.hasBegun;
  }

  /** There is no way back. */
  begin(): void {
    this.hasBegun = true;
  }
}
