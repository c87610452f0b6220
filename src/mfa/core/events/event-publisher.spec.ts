import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventSubscribers } from './event-subscribers.js';
import { EventConsumer } from '../ports/event-consumer.js';
import { EventPublisher } from './event-publisher.js';
import { type MfaEvent } from '../ports/events.js';
import { type OutboxWorker } from './outbox-worker.js';
import { MfaEventListener } from '../ports/ports.js';

// What it concerns is not looked at.
const EVENT = { type: 'method_locked' } as MfaEvent;

const nudge = jest.fn();

function publisherOf(
  listener: MfaEventListener | null,
  consumers: EventConsumer[] = [],
): EventPublisher {
  const subscribers = new EventSubscribers();
  subscribers.bind(listener, consumers);
  // All that a publisher asks of the worker.
  return new EventPublisher(subscribers, { nudge } as Partial<OutboxWorker> as OutboxWorker);
}

class WantsLocks extends EventConsumer {
  readonly name = 'locks';

  wants({ type }: MfaEvent): boolean {
    return type === 'method_locked';
  }

  async deliver(): Promise<void> {}
}

class FailingListener extends MfaEventListener {
  constructor(private readonly error: unknown) {
    super();
  }

  onEvent(): Promise<void> {
    return Promise.reject(this.error);
  }
}

describe('EventPublisher', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    nudge.mockClear();
  });

  it.each([
    [new TypeError('ada@example.org'), 'TypeError'],
    ['ada@example.org', 'string'],
  ])('logs a listener that fails, without what it said', async (error, name) => {
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    publisherOf(new FailingListener(error)).publish([EVENT]);
    await new Promise(setImmediate);
    expect(log.mock.calls).toEqual([[`The listener failed on method_locked: ${name}`]]);
  });

  it('tells nobody where nobody listens', () => {
    expect(() => publisherOf(null).publish([EVENT])).not.toThrow();
    expect(nudge).not.toHaveBeenCalled();
  });

  it.each([
    ['method_locked', 1],
    ['code_sent', 0],
  ] as const)('has the outbox looked at where a consumer wants %s', (type, times) => {
    publisherOf(null, [new WantsLocks()]).publish([{ ...EVENT, type }]);
    expect(nudge).toHaveBeenCalledTimes(times);
  });
});
