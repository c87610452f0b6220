import { Injectable, Logger } from '@nestjs/common';
import { Clock, secondsUntil } from '../kit/clock.js';
import { MfaOptions } from '../mfa.options.js';
import { MfaError } from './errors.js';
import { EventTeller } from './event-teller.js';
import { type MfaEventType } from './events.js';
import { type Delivery, type Subject } from './handler.js';
import { KeyRing } from './key-ring.js';
import { type ClientInfo } from './mfa-passed.js';
import { sendAllowancesOf } from './policy.js';
import { type ChallengePurpose, EventStore } from './stores.js';
import { SendBudgetStore } from './send-budgets.js';

/** For whom and what something is sent. */
export interface DispatchContext {
  readonly subject: Subject;
  readonly purpose: ChallengePurpose;
  /** The handler's name. */
  readonly factor: string;
  readonly client: ClientInfo;
}

/** Sends what handlers want sent, within the budgets of the subject and of the address. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);

  constructor(
    private readonly budgets: SendBudgetStore,
    private readonly events: EventStore,
    private readonly teller: EventTeller,
    private readonly keys: KeyRing,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes one send from the budgets, before the code that will be sent replaces an older one.
   *
   * @throws {MfaError} `send_too_soon` or `send_limit`
   */
  async reserve(delivery: Delivery | undefined, context: DispatchContext): Promise<void> {
    if (delivery === undefined) return;
    const now = this.clock.now();
    const verdict = await this.budgets.take(this.allowances(delivery, context), now);
    if (verdict.allowed) return;
    throw new MfaError(verdict.reason === 'cooldown' ? 'send_too_soon' : 'send_limit', {
      retryAfterSeconds: secondsUntil(verdict.until, now),
    });
  }

  /** Sends; to be called after the commit of what will check the code. @throws {MfaError} `delivery_failed` */
  async send(delivery: Delivery | undefined, context: DispatchContext): Promise<void> {
    if (delivery === undefined) return;
    try {
      await delivery.send();
    } catch (cause) {
      await this.budgets.release(this.allowances(delivery, context));
      await this.record('code_not_sent', context);
      this.logger.warn(`A ${context.factor} code could not be sent.`);
      throw new MfaError('delivery_failed', {}, { cause });
    }
    await this.record('code_sent', context);
  }

  private allowances(delivery: Delivery, { subject, purpose }: DispatchContext) {
    const tags = new Set(
      delivery.addresses.map((address) => this.keys.tag('send-address', address.toLowerCase())),
    );
    // In one order for all, so that two that send to the same addresses do not wait for each other.
    const addressKeys = [...tags].sort().map((tag) => `address:${tag}`);
    return sendAllowancesOf(this.options, `subject:${subject.id}:${purpose}`, addressKeys);
  }

  private async record(type: MfaEventType, context: DispatchContext): Promise<void> {
    const { subject, factor, client } = context;
    const event = { type, subject, factor, client, at: this.clock.now() };
    await this.events.append([event]);
    this.teller.tell([event]);
  }
}
