import { Injectable } from '@nestjs/common';

/** Whether this process is shutting down: it still answers, but must be sent nothing more. */
@Injectable()
export class DrainState {
  private hasBegun = false;

  /** True from the signal on, before any connection is refused. */
  get isDraining(): boolean {
    return this.hasBegun;
  }

  /** Cannot be undone. */
  begin(): void {
    this.hasBegun = true;
  }
}
