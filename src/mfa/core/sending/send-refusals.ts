import { Injectable, Logger, Optional } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { type ScopedSendAllowance } from './send-policy.js';
import { SendWatch } from '../ports/ports.js';

/** A send that was refused, and the allowance that refuses it. */
export interface RefusedSend {
  /** The handler's name. */
  readonly factor: string;
  readonly reason: 'cooldown' | 'limit';
  readonly allowance: ScopedSendAllowance;
}

/** Reports refused sends to the operator: to {@link SendWatch}, and to the log when the cap is reached. */
@Injectable()
export class SendRefusals {
  private readonly logger = new Logger('Sends');
  /** By limit and handler: until when no further line is logged. */
  private readonly loggedUntil = new Map<string, Date>();

  constructor(
    private readonly clock: Clock,
    @Optional() private readonly watch?: SendWatch,
  ) {}

  tell({ factor, reason, allowance }: RefusedSend): void {
    this.watch?.refused({ factor, reason: reason === 'cooldown' ? reason : allowance.scope });
    if (allowance.scope === 'cap') this.logOnce(factor, allowance);
  }

  /** Thousands of sends hit a cap that is reached: the log has one line for each window. */
  private logOnce(factor: string, { maxSends, windowSeconds }: ScopedSendAllowance): void {
    const now = this.clock.now();
    const limit = `${maxSends} ${factor}`;
    if (now < (this.loggedUntil.get(limit) ?? now)) return;
    this.loggedUntil.set(limit, addSeconds(now, windowSeconds));
    this.logger.error(
      `${limit} codes were sent within an hour: no more are sent under this limit. Look for who has them sent, or raise maxSendsPerHour.`,
    );
  }
}
