import { Injectable } from '@nestjs/common';
import { EphemeralTokenGuard } from './ephemeral-token.guard.js';

/** As {@link EphemeralTokenGuard}; accepts tokens of step-ups only. */
@Injectable()
export class StepUpTokenGuard extends EphemeralTokenGuard {
  protected override readonly purpose = 'step_up';
  protected override readonly kind = 'step_up_step';
}
