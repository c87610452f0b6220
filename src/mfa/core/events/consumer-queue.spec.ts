import { AsyncLocalStorage } from 'node:async_hooks';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { KeptDeliveries, Recipient } from '../../../../test/support/kept-deliveries.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { DeliveryPostponed, DeliveryRefused, type EventDelivery } from '../ports/event-consumer.js';
import { ConsumerQueue } from './consumer-queue.js';

const DAY_SECONDS = 86_400;

class PatientRecipient extends Recipient {
  override readonly deliveryTimeoutSeconds = 600;
}

/** Takes together what it is told to. */
class Gatherer extends Recipient {
  offered: string[] = [];
  taking: (deliveries: readonly EventDelivery[]) => Promise<EventDelivery[]> = async () => [];

  override async takeTogether(deliveries: readonly EventDelivery[]): Promise<EventDelivery[]> {
    this.offered = deliveries.map(({ id }) => id);
    return this.taking(deliveries);
  }
}

describe('ConsumerQueue', () => {
  const clock = new FakeClock();
  const warn = jest.spyOn(Logger.prototype, 'warn');
  const complain = jest.spyOn(Logger.prototype, 'error');
  let store: KeptDeliveries;
  let recipient: Recipient;
  let queue: ConsumerQueue;

  beforeEach(() => {
    warn.mockReset().mockReturnValue(undefined);
    complain.mockReset().mockReturnValue(undefined);
    store = new KeptDeliveries();
    recipient = new Recipient();
    queue = new ConsumerQueue(recipient, store, clock);
  });
  afterAll(() => jest.restoreAllMocks());

  const refuse = () => Promise.reject(new RangeError('ada@example.org'));
  const secondsToNextTry = () =>
    ((store.rows[0]?.dueAt.getTime() ?? 0) - clock.now().getTime()) / 1000;

  it('delivers what is due and says how much that was', async () => {
    store.add('1', clock.now());
    store.add('2', new Date(clock.now().getTime() + 1000));
    expect(await queue.runOnce()).toBe(1);
    expect(recipient.taken).toEqual(['1']);
    expect(store.rows).toMatchObject([{ id: '2', attempts: 0 }]);
  });

  it('claims 20 at a time for a minute, until nothing is left', async () => {
    for (let i = 0; i < 45; i++) store.add(String(i), clock.now(), `u${i}`);
    expect(await queue.runOnce()).toBe(45);
    const leaseEndsAt = new Date(clock.now().getTime() + 60_000);
    const latestDueAt = new Date(clock.now().getTime() + 3_600_000);
    const now = clock.now();
    const claim = { consumer: 'recipient', maxDeliveries: 20, now, leaseEndsAt, latestDueAt };
    expect(store.claims).toEqual([claim, claim, claim]);
  });

  it('tries again after 5 seconds, then twice as long each time, up to an hour', async () => {
    recipient.before = refuse;
    store.add('1', clock.now());
    const waits: number[] = [];
    for (let i = 0; i < 13; i++) {
      await queue.runOnce();
      waits.push(secondsToNextTry());
      clock.advance({ seconds: secondsToNextTry() });
    }
    expect(waits.slice(0, 11)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
    expect(waits.slice(11)).toEqual([3600, 3600]);
  });

  it('gives up once the next try would come after three days, and complains', async () => {
    recipient.before = refuse;
    const at = clock.now();
    store.add('1', at);
    while (store.rows[0]?.isGivenUp === false) {
      await queue.runOnce();
      clock.set(store.rows[0].dueAt);
    }
    const [row] = store.rows;
    const lasted = (clock.now().getTime() - at.getTime()) / 1000;
    expect(lasted).toBeGreaterThan(3 * DAY_SECONDS - 3600);
    expect(lasted).toBeLessThanOrEqual(3 * DAY_SECONDS + 60);
    expect(row?.attempts).toBeGreaterThan(72);
    expect(complain.mock.calls).toEqual([['recipient never took 1: it is given up.']]);
  });

  it('waits as long as the consumer says, without a word, and gives up after three days too', async () => {
    const at = clock.now();
    const until = new Date(at.getTime() + 1_234_000);
    recipient.before = () => Promise.reject(new DeliveryPostponed(until));
    store.add('1', at);
    await queue.runOnce();
    expect([store.rows[0]?.dueAt, warn.mock.calls]).toEqual([until, []]);
    const late = new Date(at.getTime() + 3 * DAY_SECONDS * 1000 + 1);
    recipient.before = () => Promise.reject(new DeliveryPostponed(late));
    clock.set(until);
    await queue.runOnce();
    expect(store.rows[0]?.isGivenUp).toBe(true);
  });

  it('tells the log who failed with what, and nothing of what was said', async () => {
    recipient.before = refuse;
    store.add('1', clock.now());
    await queue.runOnce();
    expect(warn.mock.calls).toEqual([['recipient did not take 1: RangeError']]);
  });

  it('gives up at once what is refused for good, with the reason in the log', async () => {
    const response = '550 5.1.1 <ada@example.org>: no such user';
    const cause = Object.assign(new Error(response), { responseCode: 550, response });
    recipient.before = async () => {
      throw new DeliveryRefused({ cause });
    };
    store.add('1', clock.now());
    await queue.runOnce();
    expect(store.rows).toMatchObject([{ attempts: 1, isGivenUp: true }]);
    expect(warn.mock.calls).toEqual([
      ['recipient did not take 1: DeliveryRefused, by Error 550 (550 5.1.1 <•••>: no such user)'],
    ]);
    expect(complain.mock.calls).toEqual([['recipient never took 1: it is given up.']]);
  });

  it('waits as long as its consumer asks for, and holds what it claims for longer', async () => {
    queue = new ConsumerQueue(new PatientRecipient(), store, clock);
    store.add('1', clock.now());
    await queue.runOnce();
    expect(store.claims[0]?.leaseEndsAt).toEqual(new Date(clock.now().getTime() + 645_000));
    expect(Reflect.get(queue, 'deliveryTimeoutMilliseconds')).toBe(600_000);
  });

  it('stops before the end of a delivery that lasts', async () => {
    Reflect.set(queue, 'stopMilliseconds', 20);
    let end = () => {};
    const begun = new Promise<void>((resolve) => {
      recipient.before = () => {
        resolve();
        return new Promise((ended) => (end = ended));
      };
    });
    store.add('1', clock.now());
    queue.nudge();
    await begun;
    await expect(queue.stop()).resolves.toBeUndefined();
    expect(recipient.taken).toEqual([]);
    end();
  });

  it('takes a delivery without an end for one that was not taken', async () => {
    Reflect.set(queue, 'deliveryTimeoutMilliseconds', 20);
    recipient.before = () => new Promise(() => {});
    store.add('1', clock.now());
    await queue.runOnce();
    expect(secondsToNextTry()).toBe(5);
  });

  it('puts off what cannot be read, and delivers what comes after it', async () => {
    store.unreadable = '1';
    store.add('1', clock.now());
    store.add('2', clock.now());
    await queue.runOnce();
    expect(recipient.taken).toEqual(['2']);
    expect(secondsToNextTry()).toBe(5);
  });

  it('settles in one statement what was taken of one claim', async () => {
    for (const id of ['1', '2', '3']) store.add(id, clock.now(), `u${id}`);
    await queue.runOnce();
    expect(store.completed).toEqual([['1', '2', '3']]);
  });

  it('settles before the end of a claim what was taken long ago', async () => {
    recipient.before = async () => clock.advance({ seconds: 2 });
    for (const id of ['1', '2', '3', '4', '5']) store.add(id, clock.now(), `u${id}`);
    await queue.runOnce();
    expect(store.completed.length).toBeGreaterThan(1);
    expect(store.completed.flat().toSorted()).toEqual(['1', '2', '3', '4', '5']);
  });

  describe('of a consumer that takes several together', () => {
    let gatherer: Gatherer;

    beforeEach(() => {
      gatherer = new Gatherer();
      queue = new ConsumerQueue(gatherer, store, clock);
      for (const id of ['1', '2', '3']) store.add(id, clock.now());
    });

    it('delivers singly only what was not taken, and settles all in one statement', async () => {
      gatherer.taking = async (deliveries) => deliveries.filter(({ id }) => id !== '2');
      await queue.runOnce();
      expect(gatherer.offered).toEqual(['1', '2', '3']);
      expect(gatherer.taken).toEqual(['2']);
      expect(store.completed).toEqual([['1', '3', '2']]);
    });

    it.each([
      ['refuses', refuse, 'RangeError'],
      ['has no end', () => new Promise<never>(() => {}), 'Error'],
    ])('delivers all singly where it %s', async (_, taking, name) => {
      Reflect.set(queue, 'deliveryTimeoutMilliseconds', 20);
      gatherer.taking = taking;
      await queue.runOnce();
      expect(gatherer.taken).toEqual(['1', '2', '3']);
      expect(warn.mock.calls).toEqual([[`recipient took nothing together: ${name}`]]);
    });

    it('offers nothing that cannot be read', async () => {
      store.unreadable = '2';
      gatherer.taking = async (deliveries) => [...deliveries];
      await queue.runOnce();
      expect(gatherer.offered).toEqual(['1', '3']);
      expect(store.rows).toMatchObject([{ id: '2', attempts: 1 }]);
    });

    it('asks it nothing where nothing waits that can be read', async () => {
      store.rows = store.rows.slice(0, 1);
      store.unreadable = '1';
      const taking = jest.spyOn(gatherer, 'takeTogether');
      await queue.runOnce();
      expect(taking).not.toHaveBeenCalled();
    });

    it('begins nothing where it was stopped while it claimed', async () => {
      const claim = store.claim.bind(store);
      jest.spyOn(store, 'claim').mockImplementationOnce(async (claimed) => {
        void queue.stop();
        return claim(claimed);
      });
      await queue.runOnce();
      expect(gatherer.offered).toEqual([]);
      expect(gatherer.taken).toEqual([]);
    });
  });

  it('delivers on behalf of nobody, whoever nudged it', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    recipient.before = async () => void seen.push(request.getStore());
    store.add('1', clock.now());
    request.run('a request', () => queue.nudge());
    await new Promise(setImmediate);
    expect(seen).toEqual([undefined]);
  });

  it('leaves connections to the requests: four subjects at once', async () => {
    const begun: string[] = [];
    let takeAll = () => {};
    const all = new Promise<void>((resolve) => (takeAll = resolve));
    recipient.before = async ({ id }) => {
      begun.push(id);
      await all;
    };
    for (let i = 0; i < 6; i++) store.add(String(i), clock.now(), `u${i}`);
    const run = queue.runOnce();
    await new Promise(setImmediate);
    expect(begun).toEqual(['0', '1', '2', '3']);
    takeAll();
    await run;
    expect(recipient.taken).toHaveLength(6);
  });

  it('delivers what concerns one subject in turn, and others at once', async () => {
    const begun: string[] = [];
    let takeFirst = () => {};
    const first = new Promise<void>((resolve) => (takeFirst = resolve));
    recipient.before = async ({ id }) => {
      begun.push(id);
      if (id === 'a1') await first;
    };
    store.add('a1', clock.now(), 'ada');
    store.add('a2', clock.now(), 'ada');
    store.add('b1', clock.now(), 'bob');
    const run = queue.runOnce();
    await new Promise(setImmediate);
    expect(begun).toEqual(['a1', 'b1']);
    takeFirst();
    await run;
    expect(recipient.taken).toEqual(['b1', 'a1', 'a2']);
  });

  it('begins nothing that could last longer than its lease', async () => {
    recipient.before = async () => clock.advance({ seconds: 23 });
    for (const id of ['1', '2', '3']) store.add(id, clock.now());
    await queue.runOnce();
    expect(recipient.taken).toEqual(['1', '2']);
    expect(store.rows).toMatchObject([{ id: '3', attempts: 1, dueAt: clock.now() }]);
  });

  it('leaves what it cannot settle to the end of the lease, and goes on', async () => {
    jest.spyOn(store, 'complete').mockRejectedValueOnce(new Error('The database is down.'));
    store.add('1', clock.now());
    await queue.runOnce();
    expect(store.rows).toMatchObject([{ id: '1', isGivenUp: false }]);
    expect(secondsToNextTry()).toBe(60);
    expect(warn.mock.calls).toEqual([['Left as it is for now: 1: Error']]);
    store.add('2', clock.now());
    await queue.runOnce();
    expect(store.rows).toMatchObject([{ id: '1' }]);
  });

  it('works when nudged, once more for a nudge that comes meanwhile', async () => {
    Reflect.set(queue, 'gatheringMilliseconds', 0);
    const taken = new Promise<void>((resolve) => {
      recipient.after = ({ id }) => id === '2' && resolve();
    });
    store.add('1', clock.now());
    recipient.before = async ({ id }) => {
      if (id !== '1') return;
      store.add('2', clock.now());
      queue.nudge();
    };
    queue.nudge();
    queue.nudge();
    await taken;
    expect(recipient.taken).toEqual(['1', '2']);
    expect(store.claims).toHaveLength(2);
  });

  it('outlives a database that is down', async () => {
    jest.spyOn(store, 'claim').mockRejectedValueOnce(new TypeError('It is down.'));
    store.add('1', clock.now());
    queue.nudge();
    await new Promise(setImmediate);
    expect(warn.mock.calls).toEqual([['Nothing is delivered to recipient: TypeError']]);
    queue.nudge();
    await new Promise(setImmediate);
    expect(recipient.taken).toEqual(['1']);
  });

  it('ends with what is under way when it is stopped, and begins nothing further', async () => {
    for (const id of ['1', '2']) store.add(id, clock.now());
    for (let i = 3; i < 45; i++) store.add(String(i), clock.now(), `u${i}`);
    let stopped: Promise<void> | undefined;
    recipient.before = async () => {
      await Promise.resolve();
      stopped ??= queue.stop();
    };
    queue.nudge();
    await new Promise(setImmediate);
    await stopped;
    expect(recipient.taken).toEqual(['1', '3', '4', '5']);
    queue.nudge();
    expect(await queue.runOnce()).toBe(0);
    expect(store.claims).toHaveLength(1);
  });
});
