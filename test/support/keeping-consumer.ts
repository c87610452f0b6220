import {
  EventConsumer,
  type EventDelivery,
  type MfaEvent,
  type MfaEventType,
} from '../../src/mfa/index.js';

/** Records every event that it gets. */
export class KeepingConsumer extends EventConsumer {
  readonly taken: EventDelivery[] = [];
  /** Called with each delivery before it is recorded. */
  before: (delivery: EventDelivery) => Promise<void> = async () => {};

  constructor(
    readonly name = 'keeping',
    private readonly types: readonly MfaEventType[] | null = null,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return this.types?.includes(type) ?? true;
  }

  async deliver(delivery: EventDelivery): Promise<void> {
    await this.before(delivery);
    this.taken.push(delivery);
  }
}
