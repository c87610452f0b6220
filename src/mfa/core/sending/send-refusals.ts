import { Injectable, Logger, Optional } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { type ScopedSendAllowance } from './send-policy.js';
import { SendWatch } from '../ports/ports.js';

/** A send that is not made, and the allowance that refuses it. */
export interface RefusedSend {
  /** The handler's name. */
  readonly factor: string;
  readonly reason: 'cooldown' | 'limit';
  readonly allowance: ScopedSendAllowance;
}

/** Tells those who watch the installation of sends that are refused. */
@Injectable()
export class SendRefusals {
  private readonly logger = new Logger('Sends');
  /** By the handler and the height of the limit: until when the log has its line. */
  private readonly loggedUntil = new Map<string, Date>();

  constructor(
    private readonly clock: Clock,
    @Optional() private readonly watch?: SendWatch,
  ) {}

  tell({ factor, reason, allowance }: RefusedSend): void {
    this.watch?.refused({ factor, reason: reason === 'cooldown' ? reason : allowance.scope });
    if (allowance.scope === 'cap') this.logOnce(factor, allowance);
  }

  /** Who reaches the cap does so with thousands: one line for each window, and not for each of them. */
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
