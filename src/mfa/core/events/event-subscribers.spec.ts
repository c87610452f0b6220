import { EventSubscribers } from './event-subscribers.js';
import { EventConsumer } from '../ports/event-consumer.js';
import { type MfaEvent } from '../ports/events.js';

class Consumer extends EventConsumer {
  constructor(readonly name: string) {
    super();
  }

  wants(): boolean {
    return true;
  }

  async deliver(): Promise<void> {}
}

it('refuses a consumer that answers neither yes nor no whether it wants an event', () => {
  const subscribers = new EventSubscribers();
  const consumer = new Consumer('mails');
  subscribers.bind(null, [consumer]);
  const event = {} as MfaEvent;
  expect(subscribers.wanting(event)).toEqual([consumer]);
  // As one in JavaScript may: a promise, which counts as a yes.
  Object.assign(consumer, { wants: async () => false });
  expect(() => subscribers.wanting(event)).toThrow(
    'EventConsumer.wants must give true or false, and gave a Promise that nobody has awaited.',
  );
});

const bind = (...names: string[]) =>
  new EventSubscribers().bind(
    null,
    names.map((name) => new Consumer(name)),
  );

it('refuses a name that is none, one that is too long, and one that is another’s', () => {
  // As a class in JavaScript without the member.
  expect(() => bind(undefined as unknown as string)).toThrow(
    'EventConsumer.name must give a text, and gave nothing.',
  );
  expect(() => bind('')).toThrow('needs a name of 1 to 64 characters');
  expect(() => bind('x'.repeat(65))).toThrow('needs a name of 1 to 64 characters');
  expect(() => bind('mails', 'mails')).toThrow('Two event consumers have one name');
  expect(() => bind('mails', 'webhooks')).not.toThrow();
});
