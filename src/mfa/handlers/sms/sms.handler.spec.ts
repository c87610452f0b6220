import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { type Subject } from '../../contract/handler.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { RandomSource } from '../../contract/random.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { describeHandlerContract } from '../../testing/handler-contract.js';
import { SmsGateway, type SmsMessage } from './sms-gateway.js';
import { SmsHandler, smsHandler } from './sms.handler.js';
import { SMS_HANDLER_OPTIONS, type SmsHandlerOptions } from './sms.options.js';

const NUMBER = '+4917012345612';
const defaults: HandlerDefaults = {
  applicationName: 'Example',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
const subject: Subject = {
  id: '1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const fields = { phone_number: NUMBER };
const now = new FakeClock().now();

/** Keeps what it is given, or refuses everything. */
class FakeGateway extends SmsGateway {
  readonly messages: SmsMessage[] = [];
  isDown = false;

  async send(message: SmsMessage): Promise<void> {
    if (this.isDown) throw new Error('The gateway is down.');
    this.messages.push(message);
  }

  get lastCode(): string {
    return this.messages.at(-1)?.text.match(/\d{6,10}/)?.[0] ?? '';
  }
}

function makeHandler(gateway: SmsGateway, options?: SmsHandlerOptions): SmsHandler {
  return new SmsHandler(defaults, new FakeRandomSource(), gateway, options);
}

describe('SmsHandler', () => {
  let gateway: FakeGateway;
  let handler: SmsHandler;

  beforeEach(() => {
    gateway = new FakeGateway();
    handler = makeHandler(gateway);
  });

  it('is the method "sms" unless told otherwise', () => {
    expect(handler).toMatchObject({
      name: 'sms',
      displayName: 'Text message',
      amr: ['otp', 'sms'],
      requiresDispatch: true,
    });
    const other = makeHandler(gateway, { name: 'work_sms', displayName: 'Work phone' });
    expect(other).toMatchObject({ name: 'work_sms', displayName: 'Work phone' });
  });

  it('answers a set-up in the words of the guide and sends the code', async () => {
    const outcome = await handler.setup({ subject, fields, enrolled: [], now });
    expect(outcome.state).toEqual({ address: NUMBER });
    expect(outcome.response).toEqual({
      detail: 'SMS verification code has been sent to your phone.',
      sent_to: '•••12',
    });
    expect(outcome.delivery?.addresses).toEqual([NUMBER]);
    await outcome.delivery?.send();
    const text = `${gateway.lastCode} is your verification code for Example. It is valid for 10 minutes. Give it to nobody.`;
    expect(gateway.messages).toEqual([{ to: NUMBER, text }]);
    expect(gateway.lastCode).toMatch(/^\d{6}$/);
  });

  it('says the code in the words, the length and the lifetime that were set', async () => {
    const message = 'Example: {code}';
    handler = makeHandler(gateway, { message, codeLength: 8 });
    await (await handler.setup({ subject, fields, enrolled: [], now })).delivery?.send();
    expect(gateway.messages[0]?.text).toMatch(/^Example: \d{8}$/);
    handler = makeHandler(gateway, { codeLifetimeSeconds: 120 });
    await (await handler.setup({ subject, fields, enrolled: [], now })).delivery?.send();
    expect(gateway.messages[1]?.text).toContain('valid for 2 minutes');
  });

  it('counts one number as one address, however it is typed', async () => {
    const typed = { phone_number: ' +49 (170) 123-456 12' };
    const outcome = await handler.setup({ subject, fields: typed, enrolled: [], now });
    expect(outcome.state).toEqual({ address: NUMBER });
    expect(outcome.delivery?.addresses).toEqual([NUMBER]);
  });

  it('refuses what is no international number, without repeating it', async () => {
    const local = { phone_number: '0170 12345612' };
    const setup = handler.setup({ subject, fields: local, enrolled: [], now });
    await expect(setup).rejects.toMatchObject({
      code: 'validation_failed',
      extras: {
        errors: {
          phone_number: ['Enter the number in its international form, such as +1 555 010 0123.'],
        },
      },
    });
  });

  it('sends to no number that begins otherwise than is allowed', async () => {
    handler = makeHandler(gateway, { allowedPrefixes: ['+43', '+1 242'] });
    for (const phone_number of ['+4366012345678', '+1 242 555 0123']) {
      const setup = handler.setup({ subject, fields: { phone_number }, enrolled: [], now });
      await expect(setup).resolves.toHaveProperty('delivery');
    }
    for (const phone_number of [NUMBER, '+1 212 555 0123', '+4131234567']) {
      const setup = handler.setup({ subject, fields: { phone_number }, enrolled: [], now });
      await expect(setup).rejects.toMatchObject({
        code: 'validation_failed',
        extras: {
          errors: {
            phone_number: ['Text messages are not sent to numbers of this country.'],
          },
        },
      });
    }
  });

  it('holds the number of the account to what is allowed, too', async () => {
    handler = makeHandler(gateway, { address: 'own', allowedPrefixes: ['+43'] });
    const owner = { ...subject, addresses: { phone: NUMBER } };
    await expect(
      handler.setup({ subject: owner, fields, enrolled: [], now }),
    ).rejects.toMatchObject({
      extras: { errors: { method: ['Text messages are not sent to numbers of this country.'] } },
    });
  });

  it('goes on to send to a number that was proven before the rule', async () => {
    const { state } = await handler.setup({ subject, fields, enrolled: [], now });
    handler = makeHandler(gateway, { allowedPrefixes: ['+43'] });
    await (await handler.challenge({ subject, states: [state], now })).delivery?.send();
    expect(gateway.messages.map(({ to }) => to)).toEqual([NUMBER]);
  });

  it('asks for no number where it takes the one of the account', async () => {
    handler = makeHandler(gateway, { address: 'own' });
    expect(handler.setupSchema).toBeUndefined();
    const owner = { ...subject, addresses: { phone: NUMBER } };
    const other = { phone_number: '+4917099999999' };
    const setup = handler.setup({ subject: owner, fields: other, enrolled: [], now });
    expect((await setup).state).toEqual({ address: NUMBER });
  });

  it.each([[{}], [{ phone: '' }], [{ phone: '0170 12345612' }]])(
    'cannot take a number of the account out of %j',
    async (addresses) => {
      handler = makeHandler(gateway, { address: 'own' });
      const poor = { ...subject, addresses };
      await expect(
        handler.setup({ subject: poor, fields, enrolled: [], now }),
      ).rejects.toMatchObject({
        code: 'validation_failed',
        extras: {
          errors: { method: ['This account has no telephone number to send a code to.'] },
        },
      });
    },
  );

  it('keeps to the number that was proven', async () => {
    const { state } = await handler.setup({ subject, fields, enrolled: [], now });
    const moved = { ...subject, addresses: { phone: '+4917099999999' } };
    const { response, delivery } = await handler.challenge({
      subject: moved,
      states: [state],
      now,
    });
    expect(response).toEqual({ sent_to: '•••12' });
    await delivery?.send();
    expect(gateway.messages.map(({ to }) => to)).toEqual([NUMBER]);
  });

  it('rejects as the gateway does', async () => {
    const { delivery } = await handler.setup({ subject, fields, enrolled: [], now });
    gateway.isDown = true;
    await expect(delivery?.send()).rejects.toThrow('The gateway is down.');
  });

  it.each<[SmsHandlerOptions, string]>([
    [{ codeLength: 5 }, 'codeLength takes a whole number from 6 to 10.'],
    [{ codeLifetimeSeconds: 601 }, 'codeLifetimeSeconds takes a whole number from 60 to 600.'],
    [{ message: 'Hello' }, 'message takes a text of at most 300 characters with {code} in it once'],
    [{ allowedPrefixes: [] }, 'allowedPrefixes takes a list of at least one beginning of numbers'],
    [{ allowedPrefixes: ['49'] }, 'allowedPrefixes takes'],
    [{ allowedPrefixes: ['+0'] }, 'allowedPrefixes takes'],
    [{ allowedPrefixes: ['+'] }, 'allowedPrefixes takes'],
    // Values that plain JavaScript may pass.
    [{ allowedPrefixes: '+49' } as object, 'allowedPrefixes takes'],
    [{ allowedPrefixes: [49] } as object, 'allowedPrefixes takes'],
    [{ address: 'other' } as object, 'address takes own or asked.'],
  ])('refuses %j', (options, error) => {
    expect(() => makeHandler(gateway, { name: 'work_sms', ...options })).toThrow(
      `MFA handler "work_sms": ${error}`,
    );
  });
});

describe('SmsHandler as a provider', () => {
  const kit = [
    { provide: HandlerDefaults, useValue: defaults },
    { provide: RandomSource, useValue: new FakeRandomSource() },
  ];
  const ports = [...kit, { provide: SmsGateway, useValue: new FakeGateway() }];

  it('is made by Nest without options and with bound ones', async () => {
    const plain = await Test.createTestingModule({ providers: [...ports, SmsHandler] }).compile();
    expect(plain.get(SmsHandler).name).toBe('sms');
    const options = { provide: SMS_HANDLER_OPTIONS, useValue: { name: 'text' } };
    const bound = await Test.createTestingModule({
      providers: [...ports, options, SmsHandler],
    }).compile();
    expect(bound.get(SmsHandler).name).toBe('text');
  });

  it('can be listed twice under two names', async () => {
    const listed = [smsHandler({}), smsHandler({ name: 'work_sms' })];
    const module = await Test.createTestingModule({ providers: [...ports, ...listed] }).compile();
    const names = listed.map(({ provide }) => module.get<SmsHandler>(provide).name);
    expect(names).toEqual(['sms', 'work_sms']);
  });

  it.each([
    ['SmsHandler', SmsHandler],
    ['smsHandler', smsHandler({})],
  ])('says as %s that it misses its gateway', async (_, provider) => {
    const start = Test.createTestingModule({ providers: [...kit, provider] }).compile();
    await expect(start).rejects.toThrow('MFA handler "sms" misses the port SmsGateway: provide it');
  });
});

let contractGateway = new FakeGateway();
describeHandlerContract('SmsHandler', {
  makeHandler: () => makeHandler((contractGateway = new FakeGateway())),
  subject,
  fields,
  now,
  makeProof: async () => ({ code: contractGateway.lastCode }),
  makeWrongProofs: async () => [
    { code: '000000' },
    { code: `${contractGateway.lastCode}0` },
    { code: contractGateway.lastCode.slice(1) },
  ],
  makeTypedProof: (code) => ({ code }),
  secretsOf: () => [NUMBER, NUMBER.slice(0, -2), contractGateway.lastCode],
});
