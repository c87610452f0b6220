import { Injectable, Logger, Optional } from '@nestjs/common';
import { addSeconds, Clock } from '../kit/clock.js';
import { type ScopedSendAllowance } from './policy.js';
import { SendWatch } from './ports.js';

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
  /** By the height of the limit: until when the log has its line. */
  private readonly loggedUntil = new Map<number, Date>();

  constructor(
    private readonly clock: Clock,
    @Optional() private readonly watch?: SendWatch,
  ) {}

  tell({ factor, reason, allowance }: RefusedSend): void {
    this.watch?.refused({ factor, reason: reason === 'cooldown' ? reason : allowance.scope });
    if (allowance.scope === 'cap') this.logOnce(allowance);
  }

  /** Who reaches the cap does so with thousands: one line for each window, and not for each of them. */
  private logOnce({ maxSends, windowSeconds }: ScopedSendAllowance): void {
    const now = this.clock.now();
    if (now < (this.loggedUntil.get(maxSends) ?? now)) return;
    this.loggedUntil.set(maxSends, addSeconds(now, windowSeconds));
    this.logger.error(
      `${maxSends} codes were sent within an hour: no more are sent under this limit. Look for who has them sent, or raise maxSendsPerHour.`,
    );
  }
}
