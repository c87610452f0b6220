import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { type Subject } from '../../contract/handler.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { RandomSource } from '../../contract/random.js';
import { readFields } from '../../contract/read-fields.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { describeHandlerContract } from '../../testing/handler-contract.js';
import { type NotifyDestination, NotifyDestinations } from './notify-destinations.js';
import { NotifyHandler, notifyHandler } from './notify.handler.js';
import { NOTIFY_HANDLER_OPTIONS, type NotifyHandlerOptions } from './notify.options.js';
import { parseNotifyState } from './notify.state.js';

const FAMILY = { id: 'family', name: 'Family channel' };
const OFFICE = { id: 'office', name: 'Office' };
const DOOR = { id: 'door', name: 'Front door' };
const defaults: HandlerDefaults = {
  applicationName: 'Example',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
const subject: Subject = {
  id: 'u1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const now = new FakeClock().now();

/** Keeps what it is given; destinations that are down throw or reject. */
class FakeDestinations extends NotifyDestinations {
  readonly delivered: { readonly id: string; readonly text: string }[] = [];
  readonly down = new Set<string>();

  constructor(private readonly all: readonly NotifyDestination[] = [FAMILY, OFFICE, DOOR]) {
    super();
  }

  list(): readonly NotifyDestination[] {
    return this.all;
  }

  deliver(id: string, text: string): Promise<void> {
    if (this.down.has(id)) throw new Error(`${id} is down.`);
    this.delivered.push({ id, text });
    return Promise.resolve();
  }

  get lastCode(): string {
    return this.delivered.at(-1)?.text.match(/\d{6,10}/)?.[0] ?? '';
  }
}

function makeHandler(port: NotifyDestinations, options?: NotifyHandlerOptions): NotifyHandler {
  return new NotifyHandler(defaults, new FakeRandomSource(), port, options);
}

describe('NotifyHandler', () => {
  let port: FakeDestinations;
  let handler: NotifyHandler;

  beforeEach(() => {
    port = new FakeDestinations();
    handler = makeHandler(port);
  });

  const setUp = (...destinations: string[]) =>
    handler.setup({ subject, fields: { destinations }, enrolled: [], now });

  it('is the method "notify" unless told otherwise', () => {
    expect(handler).toMatchObject({
      name: 'notify',
      displayName: 'Notification',
      amr: ['otp'],
      requiresDispatch: true,
    });
    const other = makeHandler(port, { name: 'home', displayName: 'At home' });
    expect(other).toMatchObject({ name: 'home', displayName: 'At home' });
  });

  it('sends one code to all that were chosen, and to no other', async () => {
    const { state, response, delivery } = await setUp('door', 'family');
    expect(state).toEqual({ destinations: ['door', 'family'] });
    expect(response).toEqual({
      detail: 'A verification code has been sent.',
      sent_to: ['Family channel', 'Front door'],
    });
    await delivery?.send();
    const text = `${port.lastCode} is your verification code for Example. It is valid for 10 minutes. Give it to nobody.`;
    expect(port.delivered).toEqual([
      { id: 'family', text },
      { id: 'door', text },
    ]);
  });

  it('says the code in the words, the length and the lifetime that were set', async () => {
    handler = makeHandler(port, { message: 'Example: {code}', codeLength: 8 });
    await (await setUp('door')).delivery?.send();
    expect(port.delivered[0]?.text).toMatch(/^Example: \d{8}$/);
    handler = makeHandler(port, { codeLifetimeSeconds: 120 });
    await (await setUp('door')).delivery?.send();
    expect(port.delivered[1]?.text).toContain('valid for 2 minutes');
  });

  it('counts what is sent for each person apart, since many share a destination', async () => {
    const { state, delivery } = await setUp('door', 'family');
    expect(delivery?.addresses).toEqual(['notify:family:u1', 'notify:door:u1']);
    const other = { ...subject, id: 'u2' };
    const opened = await handler.challenge({ subject: other, states: [state], now });
    expect(opened.delivery?.addresses).toEqual(['notify:family:u2', 'notify:door:u2']);
  });

  it('is content when one destination takes the code', async () => {
    port.down.add('family').add('office');
    const { state, data = null, delivery } = await setUp('family', 'office', 'door');
    await delivery?.send();
    expect(port.delivered.map(({ id }) => id)).toEqual(['door']);
    const proof = { code: port.lastCode };
    expect(await handler.verify({ subject, state, data, proof, now })).toEqual({ ok: true, state });
  });

  it('rejects when none does', async () => {
    port.down.add('family').add('door');
    const { delivery } = await setUp('family', 'door');
    await expect(delivery?.send()).rejects.toThrow('No destination has taken the message.');
  });

  it('passes over destinations that are gone, and rejects when none is left', async () => {
    const { state } = await setUp('family', 'door');
    handler = makeHandler(port, { exclude: ['family'] });
    expect(handler.describe(state)).toEqual({ sent_to: ['Front door'] });
    const { response, delivery } = await handler.challenge({ subject, states: [state], now });
    expect(response).toEqual({ sent_to: ['Front door'] });
    await delivery?.send();
    expect(port.delivered.map(({ id }) => id)).toEqual(['door']);
    handler = makeHandler(port, { include: ['office'] });
    const left = await handler.challenge({ subject, states: [state], now });
    expect([left.response, left.delivery?.addresses]).toEqual([{ sent_to: [] }, []]);
    await expect(left.delivery?.send()).rejects.toThrow('No destination');
  });

  it('ends a code with its lifetime', async () => {
    const { state, data = null, delivery } = await setUp('door');
    await delivery?.send();
    const proof = { code: port.lastCode };
    const late = new Date(now.getTime() + 600_000);
    expect(await handler.verify({ subject, state, data, proof, now: late })).toEqual({ ok: false });
  });

  it.each<[NotifyHandlerOptions, string]>([
    [{ codeLength: 5 }, 'codeLength takes a whole number from 6 to 10.'],
    [{ codeLifetimeSeconds: 601 }, 'codeLifetimeSeconds takes a whole number from 60 to 600.'],
    [{ message: 'Hello' }, 'message takes a text of at most 300 characters with {code} in it once'],
    [{ exclude: ['attic'] }, 'exclude names "attic"; there is family, office, door.'],
  ])('refuses %j', (options, error) => {
    expect(() => makeHandler(port, { name: 'home', ...options })).toThrow(
      `MFA handler "home": ${error}`,
    );
  });

  it.each([
    [{ destinations: [] }, 1],
    [{ destinations: [1] }, 1],
    [{ destinations: [''] }, 1],
    [{ destinations: 'door' }, 1],
    [{ destinations: ['door'] }, 2],
  ])('reads no state out of %j of version %d', (state, version) => {
    expect(() => parseNotifyState(state, version)).toThrow('This is not the state of a method');
  });
});

describe('the set-up fields of a NotifyHandler', () => {
  const { setupSchema } = makeHandler(new FakeDestinations(), { exclude: ['office'] });
  const alone = makeHandler(new FakeDestinations([DOOR])).setupSchema;

  it.each([
    [{ destinations: ['door'] }, ['door']],
    [{ destinations: ['door', 'family'] }, ['door', 'family']],
    [{ destinations: 'door' }, ['door']],
  ])('read %j', (body, destinations) => {
    expect(readFields(setupSchema, body)).toEqual({ destinations });
  });

  it.each([
    [{ destinations: ['attic'] }, 'Choose among family, door.'],
    [{ destinations: ['office'] }, 'Choose among family, door.'],
    [{ destinations: ['door', 'office'] }, 'Choose among family, door.'],
    [{ destinations: ['door', 'door'] }, 'Choose each once.'],
    [{ destinations: [] }, 'This list may not be empty.'],
    [{ destinations: [['door']] }, 'Choose among family, door.'],
    [{ destinations: 7 }, 'Expected a list of items.'],
    [{}, 'This field is required.'],
  ])('refuse %j', (body, text) => {
    const texts: unknown = expect.arrayContaining([text]);
    expect(() => readFields(setupSchema, body)).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        extras: { errors: { destinations: texts } },
      }),
    );
  });

  it('may be left out where there is nothing to choose', async () => {
    const handler = makeHandler(new FakeDestinations([DOOR]));
    const fields = readFields(alone, {});
    const { state } = await handler.setup({ subject, fields, enrolled: [], now });
    expect(state).toEqual({ destinations: ['door'] });
    expect(() => readFields(alone, { destinations: ['family'] })).toThrow();
  });
});

describe('NotifyHandler as a provider', () => {
  const kit = [
    { provide: HandlerDefaults, useValue: defaults },
    { provide: RandomSource, useValue: new FakeRandomSource() },
  ];
  const ports = [...kit, { provide: NotifyDestinations, useValue: new FakeDestinations() }];

  it('is made by Nest without options and with bound ones', async () => {
    const plain = await Test.createTestingModule({
      providers: [...ports, NotifyHandler],
    }).compile();
    expect(plain.get(NotifyHandler).name).toBe('notify');
    const options = { provide: NOTIFY_HANDLER_OPTIONS, useValue: { name: 'home' } };
    const bound = await Test.createTestingModule({
      providers: [...ports, options, NotifyHandler],
    }).compile();
    expect(bound.get(NotifyHandler).name).toBe('home');
  });

  it('can be listed twice under two names', async () => {
    const listed = [notifyHandler({}), notifyHandler({ name: 'home', include: ['door'] })];
    const module = await Test.createTestingModule({ providers: [...ports, ...listed] }).compile();
    const names = listed.map(({ provide }) => module.get<NotifyHandler>(provide).name);
    expect(names).toEqual(['notify', 'home']);
  });

  it.each([
    ['NotifyHandler', NotifyHandler],
    ['notifyHandler', notifyHandler({})],
  ])('says as %s that it misses its destinations', async (_, provider) => {
    const start = Test.createTestingModule({ providers: [...kit, provider] }).compile();
    await expect(start).rejects.toThrow('MFA handler "notify" misses the port NotifyDestinations');
  });
});

let contractPort = new FakeDestinations();
describeHandlerContract('NotifyHandler', {
  makeHandler: () => makeHandler((contractPort = new FakeDestinations())),
  subject,
  fields: { destinations: ['door', 'family'] },
  now,
  makeProof: async () => ({ code: contractPort.lastCode }),
  makeWrongProofs: async () => [
    { code: '000000' },
    { code: `${contractPort.lastCode}0` },
    { code: contractPort.lastCode.slice(1) },
  ],
  makeTypedProof: (code) => ({ code }),
  secretsOf: () => [contractPort.lastCode],
});
