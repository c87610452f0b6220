import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventSubscribers } from './event-subscribers.js';
import { EventConsumer } from '../ports/event-consumer.js';
import { EventRecorder } from './event-recorder.js';
import { type MfaEvent } from '../ports/events.js';
import { type EventStore } from '../ports/event-store.js';
import { type OutboxWorker } from './outbox-worker.js';
import { MfaEventListener } from '../ports/ports.js';
import { type Transaction } from '../ports/stores.js';

// What it concerns is not looked at.
const EVENT = { type: 'method_locked' } as MfaEvent;

const nudge = jest.fn();
const append = jest.fn<EventStore['append']>();

function recorderOf(
  listener: MfaEventListener | null,
  consumers: EventConsumer[] = [],
): EventRecorder {
  const subscribers = new EventSubscribers();
  subscribers.bind(listener, consumers);
  // All that a recorder asks of the worker.
  const worker = { nudge } as Partial<OutboxWorker> as OutboxWorker;
  return new EventRecorder({ append }, subscribers, worker);
}

class WantsLocks extends EventConsumer {
  readonly name = 'locks';

  wants({ type }: MfaEvent): boolean {
    return type === 'method_locked';
  }

  async deliver(): Promise<void> {}
}

class KeepingListener extends MfaEventListener {
  readonly heard: MfaEvent[] = [];

  async onEvent(event: MfaEvent): Promise<void> {
    this.heard.push(event);
  }
}

class FailingListener extends MfaEventListener {
  constructor(private readonly error: unknown) {
    super();
  }

  onEvent(): Promise<void> {
    return Promise.reject(this.error);
  }
}

describe('EventRecorder', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    nudge.mockClear();
    append.mockReset();
  });

  it('publishes what it has appended with the rows of the host', async () => {
    const listener = new KeepingListener();
    const rows = { rows: [{ table: 'sessions', values: {} }] };
    const displaced = { ...EVENT, type: 'session_displaced' as const };
    append.mockResolvedValueOnce([EVENT, displaced]);
    await recorderOf(listener).record([EVENT], rows);
    expect(append.mock.calls).toEqual([[[EVENT], rows]]);
    expect(listener.heard).toEqual([EVENT, displaced]);
  });

  it('publishes nothing that was not written', async () => {
    const listener = new KeepingListener();
    append.mockRejectedValueOnce(new Error('The database is gone.'));
    await expect(recorderOf(listener).record([EVENT])).rejects.toThrow('is gone');
    expect(listener.heard).toEqual([]);
  });

  it('leaves what it appends in a transaction for its caller to publish', async () => {
    const listener = new KeepingListener();
    // No store looks at it.
    const transaction = {} as Transaction;
    await recorderOf(listener).append([EVENT], { transaction });
    expect(append.mock.calls).toEqual([[[EVENT], { transaction }]]);
    expect(listener.heard).toEqual([]);
  });

  it.each([
    [new TypeError('ada@example.org'), 'TypeError'],
    ['ada@example.org', 'string'],
  ])('logs a listener that fails, without what it said', async (error, name) => {
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    recorderOf(new FailingListener(error)).publish([EVENT]);
    await new Promise(setImmediate);
    expect(log.mock.calls).toEqual([[`The listener failed on method_locked: ${name}`]]);
  });

  it('tells nobody where nobody listens', () => {
    expect(() => recorderOf(null).publish([EVENT])).not.toThrow();
    expect(nudge).not.toHaveBeenCalled();
  });

  it.each([
    ['method_locked', 1],
    ['code_sent', 0],
  ] as const)('has the outbox looked at where a consumer wants %s', (type, times) => {
    recorderOf(null, [new WantsLocks()]).publish([{ ...EVENT, type }]);
    expect(nudge).toHaveBeenCalledTimes(times);
  });
});
