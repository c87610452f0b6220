import { FakeClock } from '../../testing/fake-clock.js';
import { KeptDeliveries, Recipient } from '../../../../test/support/kept-deliveries.js';
import { ConsumerQueue } from './consumer-queue.js';

/** Of whose readers some are slow. */
class Postman extends Recipient {
  override readonly slowAfterSeconds: number = 0;
}

/** What is held until it is let go. */
class Gate {
  readonly held: string[] = [];
  open: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  async hold(id: string): Promise<void> {
    this.held.push(id);
    await this.opened;
  }
}

describe('ConsumerQueue with slow deliveries', () => {
  const clock = new FakeClock();
  let store: KeptDeliveries;
  let postman: Postman;
  let gate: Gate;
  let queue: ConsumerQueue;

  beforeEach(() => {
    store = new KeptDeliveries();
    postman = new Postman();
    gate = new Gate();
    queue = new ConsumerQueue(postman, store, clock);
    postman.before = async ({ id }) => {
      if (id.startsWith('slow')) await gate.hold(id);
    };
  });

  const add = (ids: readonly string[]) => {
    for (const id of ids) store.add(id, clock.now(), `user of ${id}`);
  };
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name} ${i}`);
  /** Resolves when so many have been taken. */
  const taking = (count: number) =>
    new Promise<void>((resolve) => {
      postman.after = () => {
        if (postman.taken.length === count) resolve();
      };
    });

  it('delivers the others meanwhile, also those of later claims', async () => {
    const quick = named('quick', 30);
    add([...named('slow', 8), ...quick]);
    const allQuick = taking(30);
    const run = queue.runOnce();
    await allQuick;
    expect(gate.held).toHaveLength(8);
    expect(postman.taken).toEqual(quick);
    gate.open();
    expect(await run).toBe(38);
    expect(store.rows).toEqual([]);
  });

  it('goes on while they last, whoever asks next', async () => {
    add(named('slow', 2));
    queue.nudge();
    const first = taking(1);
    add(['quick']);
    queue.nudge();
    await first;
    expect(postman.taken).toEqual(['quick']);
    gate.open();
    await queue.stop();
    expect(store.rows).toEqual([]);
  });

  it('waits for what is beyond the most that may be slow', async () => {
    add([...named('slow', 12), 'quick']);
    const run = queue.runOnce();
    await Promise.race([
      run,
      new Promise<void>((resolve) => {
        const { hold } = gate;
        gate.hold = async (id) => {
          const holding = hold.call(gate, id);
          if (gate.held.length === 12) resolve();
          await holding;
        };
      }),
    ]);
    expect(postman.taken).toEqual([]);
    gate.open();
    await run;
    expect(postman.taken).toHaveLength(13);
    expect(store.rows).toEqual([]);
  });

  it('tries a slow one again that fails', async () => {
    postman.before = async ({ id }) => {
      await gate.hold(id);
      throw new RangeError('not taken');
    };
    add(['slow']);
    const run = queue.runOnce();
    gate.open();
    await run;
    expect(store.rows).toMatchObject([{ id: 'slow', attempts: 1 }]);
  });

  it('holds the others up where the consumer does not say when it is slow', async () => {
    const recipient = new Recipient();
    recipient.before = postman.before;
    queue = new ConsumerQueue(recipient, store, clock);
    add([...named('slow', 4), 'quick']);
    const run = queue.runOnce();
    await new Promise<void>((resolve) => {
      const { hold } = gate;
      gate.hold = async (id) => {
        const holding = hold.call(gate, id);
        if (gate.held.length === 4) resolve();
        await holding;
      };
    });
    expect(recipient.taken).toEqual([]);
    gate.open();
    await run;
    expect(recipient.taken).toHaveLength(5);
  });
});
