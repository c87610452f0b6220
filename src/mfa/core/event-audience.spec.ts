import { EventAudience } from './event-audience.js';
import { EventConsumer } from './event-consumer.js';

class Consumer extends EventConsumer {
  constructor(readonly name: string) {
    super();
  }

  wants(): boolean {
    return true;
  }

  async deliver(): Promise<void> {}
}

const bind = (...names: string[]) =>
  new EventAudience().bind(
    null,
    names.map((name) => new Consumer(name)),
  );

it('refuses a name that is none, one that is too long, and one that is another’s', () => {
  expect(() => bind('')).toThrow('needs a name of 1 to 64 characters');
  expect(() => bind('x'.repeat(65))).toThrow('needs a name of 1 to 64 characters');
  expect(() => bind('mails', 'mails')).toThrow('Two event consumers have one name');
  expect(() => bind('mails', 'webhooks')).not.toThrow();
});
