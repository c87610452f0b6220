import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { type NotifyHandler } from '../../../mfa/handlers/notify/index.js';
import { type HandlerDefaults } from '../../../mfa/index.js';
import { FakeClock, FakeRandomSource } from '../../../mfa/testing/index.js';
import { DevelopmentMailbox } from '../mail/development-mailbox.js';
import { Delay } from '../webhooks/delay.js';
import { WebhookSender, type WebhookTarget } from '../webhooks/webhook-sender.js';
import { DestinationCarrier } from './destination-carrier.js';
import { notifyFactor, type NotifyFactorOptions } from './notify-factor.js';

const SECRET = Buffer.alloc(32, 7);
const defaults: HandlerDefaults = {
  applicationName: 'Example',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
const subject = {
  id: 'u1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const family = { id: 'family', name: 'Family', url: 'https://family.example.org' };
const office = {
  id: 'office',
  name: 'Office',
  url: 'https://office.example.org',
  secret: SECRET,
};

class NoDelay extends Delay {
  async wait(): Promise<void> {}
}

/** Records what it is asked to send. */
class KeepingSender extends WebhookSender {
  readonly sent: { readonly target: WebhookTarget; readonly content: object }[] = [];

  constructor(clock: FakeClock) {
    super(clock, new FakeRandomSource(), new NoDelay());
  }

  override async send(target: WebhookTarget, content: object): Promise<void> {
    this.sent.push({ target, content });
  }
}

describe('notifyFactor', () => {
  const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  afterAll(() => log.mockRestore());
  const clock = new FakeClock();
  let sender: KeepingSender;
  let mailbox: DevelopmentMailbox;
  beforeEach(() => {
    sender = new KeepingSender(clock);
    mailbox = new DevelopmentMailbox(clock);
  });

  function make(options: NotifyFactorOptions, carrier = new DestinationCarrier(sender, mailbox)) {
    const { useFactory } = notifyFactor(options, { isProduction: false });
    // The factory returns the handler, not a promise.
    return useFactory(defaults, new FakeRandomSource(), carrier) as NotifyHandler;
  }

  async function send(handler: NotifyHandler, ...destinations: string[]): Promise<void> {
    const now = clock.now();
    const input = { subject, fields: { destinations }, enrolled: [], now };
    await (await handler.setup(input)).delivery?.send();
  }

  it('sends to the webhooks of the destinations, with their secrets', async () => {
    const handler = make({ name: 'home', destinations: [family, office], message: '> {code}' });
    expect(handler.name).toBe('home');
    await send(handler, 'family', 'office');
    const text: unknown = expect.stringMatching(/^> \d{6}$/);
    expect(sender.sent).toEqual([
      { target: { url: family.url, secret: null }, content: { destination: 'family', text } },
      { target: { url: office.url, secret: SECRET }, content: { destination: 'office', text } },
    ]);
    expect(mailbox.list()).toEqual([]);
  });

  it('offers what is left by its rules', async () => {
    const handler = make({ name: 'home', destinations: [family, office], exclude: ['office'] });
    expect(handler.describe({ destinations: ['family', 'office'] })).toEqual({
      sent_to: ['Family'],
    });
  });

  it('has the development mailbox where there is no destination, and no code in the log', async () => {
    await send(make({ name: 'notify', message: '> {code}' }), 'mailbox');
    expect(mailbox.list()).toMatchObject([
      { kind: 'notification', to: 'Development mailbox', text: expect.stringMatching(/^> \d{6}$/) },
    ]);
    expect(log).toHaveBeenLastCalledWith('notification to Development mailbox — see /dev/mailbox');
  });

  it('does not take for sent what has nowhere to go', async () => {
    const handler = make({ name: 'notify' }, new DestinationCarrier(sender));
    await expect(send(handler, 'mailbox')).rejects.toThrow('No destination has taken the message.');
  });

  it('refuses production without destinations', () => {
    expect(() => notifyFactor({ name: 'home' }, { isProduction: true })).toThrow(
      'The factor "home" has no destinations: list them in AUTH_CONFIG, each with id, name and url; production has none of its own.',
    );
    const listed = { name: 'home', destinations: [family] };
    expect(() => notifyFactor(listed, { isProduction: true })).not.toThrow();
  });
});
