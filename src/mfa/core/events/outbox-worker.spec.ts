import { jest } from '@jest/globals';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { EventSubscribers } from './event-subscribers.js';
import { EventConsumer } from '../ports/event-consumer.js';
import { OutboxWorker } from './outbox-worker.js';
import { type Claim, type ClaimedDelivery, OutboxStore } from './outbox.js';

class Named extends EventConsumer {
  constructor(readonly name: string) {
    super();
  }

  wants(): boolean {
    return true;
  }

  async deliver(): Promise<void> {}
}

/** Says who asks, and makes one of them wait. */
class EmptyOutbox extends OutboxStore {
  readonly asked: string[] = [];
  readonly waiting = new Map<string, Promise<void>>();

  mostAtOnce = 0;
  private atOnce = 0;

  async claim({ consumer }: Claim): Promise<ClaimedDelivery[]> {
    this.asked.push(consumer);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await this.waiting.get(consumer);
    this.atOnce -= 1;
    return [];
  }

  async complete(): Promise<void> {}
  async retryAt(): Promise<void> {}
  async giveUp(): Promise<void> {}
}

const OPTIONS = resolveMfaOptions({
  secretKeys: [{ id: 'k', key: new Uint8Array(32) }],
  outboxIntervalSeconds: 7,
});

describe('OutboxWorker', () => {
  const [mails, webhooks] = [new Named('mails'), new Named('webhooks')];
  let outbox: EmptyOutbox;
  let worker: OutboxWorker;

  beforeEach(() => {
    jest.useFakeTimers();
    outbox = new EmptyOutbox();
    worker = workerFor([mails, webhooks]);
  });
  afterEach(async () => {
    await worker.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  function workerFor(consumers: readonly EventConsumer[], options = OPTIONS): OutboxWorker {
    const subscribers = new EventSubscribers();
    subscribers.bind(null, consumers);
    return new OutboxWorker(subscribers, outbox, options, new FakeClock());
  }

  it('looks for every consumer when it starts, and at each interval', async () => {
    worker.onApplicationBootstrap();
    expect(outbox.asked).toEqual(['mails', 'webhooks']);
    await jest.advanceTimersByTimeAsync(7000);
    expect(outbox.asked).toHaveLength(4);
  });

  it('looks at once for those that something may be due for', async () => {
    worker.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    worker.nudge([webhooks]);
    expect(outbox.asked).toEqual(['mails', 'webhooks', 'webhooks']);
  });

  it('lets no consumer wait for another', async () => {
    let arrive = () => {};
    outbox.waiting.set('webhooks', new Promise((resolve) => (arrive = resolve)));
    worker.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(14_000);
    expect(outbox.asked.filter((name) => name === 'mails')).toHaveLength(3);
    expect(outbox.asked.filter((name) => name === 'webhooks')).toHaveLength(1);
    arrive();
  });

  it('starts on two connections, however many consumers there are', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const many = workerFor(names.map((name) => new Named(name)));
    many.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    expect(outbox.asked).toEqual(names);
    expect(outbox.mostAtOnce).toBe(2);
    await many.beforeApplicationShutdown();
  });

  it('does nothing before it starts, after it stops, and without consumers', async () => {
    worker.nudge();
    worker.onApplicationBootstrap();
    await worker.beforeApplicationShutdown();
    worker.nudge();
    await jest.advanceTimersByTimeAsync(14_000);
    expect(outbox.asked).toHaveLength(2);
    workerFor([]).onApplicationBootstrap();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves everything to other processes with an interval of 0, until it is asked', async () => {
    const idle = workerFor([mails], { ...OPTIONS, outboxIntervalSeconds: 0 });
    idle.onApplicationBootstrap();
    idle.nudge();
    expect([outbox.asked, jest.getTimerCount()]).toEqual([[], 0]);
    await idle.runOnce();
    expect(outbox.asked).toEqual(['mails']);
  });
});
