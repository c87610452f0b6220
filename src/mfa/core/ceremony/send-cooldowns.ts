import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import { HandlerRegistry } from './handler-registry.js';
import { SendBudgetStore } from '../sending/send-budgets.js';
import { sendKeyOfSubject } from '../sending/send-policy.js';
import { type ChallengeRecord } from '../ports/stores.js';

/** Ends the wait for the next code once the last one has been used. */
@Injectable()
export class SendCooldowns {
  private readonly logger = new Logger(SendCooldowns.name);

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly budgets: SendBudgetStore,
  ) {}

  /**
   * Lets the next code for the same purpose be sent at once, after the right proof of a challenge that may
   * have had a code. The other limits still count.
   *
   * @param at when the proof was given; a code that was sent later still makes the next one wait
   */
  async endAfter(proven: ChallengeRecord, at: Date): Promise<void> {
    if (!this.mayHaveSent(proven)) return;
    try {
      await this.budgets.endCooldown(sendKeyOfSubject(proven), at);
    } catch (error) {
      // The proof is committed and stands: only the next code has to wait.
      this.logger.warn(`The next ${proven.handler} code waits: ${reasonOf(error)}`);
    }
  }

  /** A challenge that was given another method may have had a code of any method. */
  private mayHaveSent({ handler, version }: ChallengeRecord): boolean {
    const asked = this.registry.all().find(({ name }) => name === handler);
    return asked?.requiresDispatch === true || version > 0;
  }
}
