import { Injectable } from '@nestjs/common';
import { EphemeralTokenGuard } from './ephemeral-token.guard.js';

/** As {@link EphemeralTokenGuard}, for the token of a step-up: that of a login is none. */
@Injectable()
export class StepUpTokenGuard extends EphemeralTokenGuard {
  protected override readonly purpose = 'step_up';
}
