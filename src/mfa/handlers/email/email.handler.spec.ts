import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { type Subject } from '../../contract/handler.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { RandomSource } from '../../contract/random.js';
import { readFields } from '../../contract/read-fields.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { describeHandlerContract } from '../../testing/handler-contract.js';
import { Inbox } from '../../testing/inbox.js';
import { EmailSender } from './email-sender.js';
import { EmailFields } from './email.fields.js';
import { EmailHandler, emailHandler } from './email.handler.js';
import { EMAIL_HANDLER_OPTIONS, type EmailHandlerOptions } from './email.options.js';

const TOO_LONG = 'Ensure this field has no more than 254 characters.';
const ADDRESS = 'ada@example.org';
const defaults: HandlerDefaults = {
  applicationName: 'Example',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
const subject: Subject = {
  id: '1',
  displayName: 'ada',
  addresses: { email: ADDRESS },
  isEnabled: true,
  credentialsVersion: '1',
};
const now = new FakeClock().now();

function makeHandler(inbox: Inbox, options?: EmailHandlerOptions): EmailHandler {
  return new EmailHandler(defaults, new FakeRandomSource(), inbox, options);
}

describe('EmailHandler', () => {
  let inbox: Inbox;
  let handler: EmailHandler;

  beforeEach(() => {
    inbox = new Inbox();
    handler = makeHandler(inbox);
  });

  it('is the method "email" unless told otherwise', () => {
    expect(handler).toMatchObject({
      name: 'email',
      displayName: 'E-mail',
      amr: ['otp'],
      requiresDispatch: true,
    });
    const other = makeHandler(inbox, { name: 'work_email', displayName: 'Work e-mail' });
    expect(other).toMatchObject({ name: 'work_email', displayName: 'Work e-mail' });
  });

  it('answers a set-up in the words of the guide and mails the code', async () => {
    const { state, response, delivery } = await handler.setup({
      subject,
      fields: {},
      enrolled: [],
      now,
    });
    expect(state).toEqual({ address: ADDRESS });
    expect(response).toEqual({
      detail: 'Email message with MFA code has been sent.',
      sent_to: 'a•••@example.org',
    });
    expect(delivery?.addresses).toEqual([ADDRESS]);
    await delivery?.send();
    expect(inbox.messages).toHaveLength(1);
    expect(inbox.messages[0]?.text).toContain('is your verification code for Example.');
    expect(inbox.messages[0]?.text).toContain('10 minutes');
  });

  it('sends a code of the length and the lifetime that were set', async () => {
    handler = makeHandler(inbox, { codeLength: 8, codeLifetimeSeconds: 300 });
    await (await handler.setup({ subject, fields: {}, enrolled: [], now })).delivery?.send();
    expect(inbox.lastCode(ADDRESS)).toMatch(/^\d{8}$/);
    expect(inbox.messages[0]?.text).toContain('5 minutes');
  });

  it('keeps the address that was proven when the account takes another', async () => {
    const { state } = await handler.setup({ subject, fields: {}, enrolled: [], now });
    const moved = { ...subject, addresses: { email: 'thief@example.net' } };
    const { response, delivery } = await handler.challenge({
      subject: moved,
      states: [state],
      now,
    });
    expect(response).toEqual({ sent_to: 'a•••@example.org' });
    await delivery?.send();
    expect(inbox.messages.map(({ to }) => to)).toEqual([ADDRESS]);
  });

  it.each([[{}], [{ email: '' }], [{ email: 'no address' }]])(
    'cannot be set up with the addresses %j',
    async (addresses) => {
      const setup = handler.setup({
        subject: { ...subject, addresses },
        fields: {},
        enrolled: [],
        now,
      });
      await expect(setup).rejects.toMatchObject({
        code: 'validation_failed',
        extras: { errors: { method: ['This account has no e-mail address to send a code to.'] } },
      });
    },
  );

  it('says that an address must be verified, and sends nothing there', async () => {
    for (const unconfirmedAddresses of [['email'], ['phone']] as const) {
      const setup = handler.setup({
        subject: { ...subject, addresses: {}, unconfirmedAddresses },
        fields: {},
        enrolled: [],
        now,
      });
      const text = unconfirmedAddresses.some((kind) => kind === 'email')
        ? 'The e-mail address of this account must be verified first.'
        : 'This account has no e-mail address to send a code to.';
      await expect(setup).rejects.toMatchObject({
        code: 'validation_failed',
        extras: { errors: { method: [text] } },
      });
    }
    expect(inbox.messages).toEqual([]);
  });

  it('rejects as the mail server does, and sends the same code when asked again', async () => {
    const { data, state, delivery } = await handler.setup({
      subject,
      fields: {},
      enrolled: [],
      now,
    });
    inbox.failOnce();
    await expect(delivery?.send()).rejects.toThrow('The mail server is down.');
    await delivery?.send();
    const proof = { code: inbox.lastCode(ADDRESS) };
    const verdict = await handler.verify({ subject, state, data: data ?? null, proof, now });
    expect(verdict).toEqual({ ok: true, state });
  });

  it('asks for an address when told so, whatever the account has', async () => {
    handler = makeHandler(inbox, { address: 'asked' });
    expect(handler.setupSchema).toBe(EmailFields);
    const fields = { email: 'ada@home.example' };
    const { state, response, delivery } = await handler.setup({
      subject,
      fields,
      enrolled: [],
      now,
    });
    expect(state).toEqual({ address: 'ada@home.example' });
    expect(response).toMatchObject({ sent_to: 'a•••@home.example' });
    await delivery?.send();
    expect(inbox.messages.map(({ to }) => to)).toEqual(['ada@home.example']);
  });

  it('keeps one spelling of the address that it asked for, and no other address', async () => {
    handler = makeHandler(inbox, { address: 'asked' });
    const setUp = (fields: Partial<EmailFields>) =>
      handler.setup({ subject, fields, enrolled: [], now });
    const { state, delivery } = await setUp({ email: 'Ada@Home.EXAMPLE' });
    expect(state).toEqual({ address: 'Ada@home.example' });
    expect(delivery?.addresses).toEqual(['Ada@home.example']);
    for (const fields of [{ email: '"Ada"@home.example' }, {}]) {
      await expect(setUp(fields)).rejects.toMatchObject({
        code: 'validation_failed',
        extras: { errors: { email: ['Enter a valid email address.'] } },
      });
    }
  });

  it('asks for none unless told so, and takes none that was not asked for', async () => {
    const own = [makeHandler(inbox), makeHandler(inbox, { address: 'own' })];
    for (const plain of own) {
      expect(plain.setupSchema).toBeUndefined();
      const fields = { email: 'thief@example.net' };
      const { state } = await plain.setup({ subject, fields, enrolled: [], now });
      expect(state).toEqual({ address: ADDRESS });
    }
  });

  it('refuses another choice of addresses', () => {
    // As plain JavaScript or a file may pass it.
    const options = { address: 'work' } as unknown as EmailHandlerOptions;
    expect(() => makeHandler(inbox, options)).toThrow(
      'MFA handler "email": address takes own or asked.',
    );
  });

  it('refuses a lifetime of more than ten minutes', () => {
    expect(() => makeHandler(inbox, { codeLifetimeSeconds: 601 })).toThrow(
      'MFA handler "email": codeLifetimeSeconds takes a whole number from 60 to 600.',
    );
  });
});

describe('EmailFields', () => {
  const read = (email: unknown) => () => readFields(EmailFields, { email });

  it('takes an address', () => {
    expect(read('ada@home.example')()).toEqual({ email: 'ada@home.example' });
  });

  it.each([
    '',
    'ada',
    'ada@',
    '@home.example',
    'a@b.example\r\nBcc: c@d.example',
    '"a"@b.example',
    5,
    null,
  ])('refuses %j', (email) => {
    expect(read(email)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });

  it('refuses what is longer than a path of SMTP', () => {
    const label = 'b'.repeat(60);
    expect(read(`${'a'.repeat(64)}@${label}.${label}.${label}.example`)).toThrow(
      expect.objectContaining({
        extras: { errors: { email: expect.arrayContaining([TOO_LONG]) as unknown } },
      }),
    );
  });
});

describe('EmailHandler as a provider', () => {
  const ports = [
    { provide: HandlerDefaults, useValue: defaults },
    { provide: RandomSource, useValue: new FakeRandomSource() },
    { provide: EmailSender, useValue: new Inbox() },
  ];

  it('is made by Nest without options and with bound ones', async () => {
    const plain = await Test.createTestingModule({ providers: [...ports, EmailHandler] }).compile();
    expect(plain.get(EmailHandler).name).toBe('email');
    const options = { provide: EMAIL_HANDLER_OPTIONS, useValue: { name: 'mail' } };
    const bound = await Test.createTestingModule({
      providers: [...ports, options, EmailHandler],
    }).compile();
    expect(bound.get(EmailHandler).name).toBe('mail');
  });

  it.each([[EmailHandler], [emailHandler({ name: 'email' })]])(
    'says when there is nothing to send with: %p',
    async (handler) => {
      const providers = [...ports.filter(({ provide }) => provide !== EmailSender), handler];
      await expect(Test.createTestingModule({ providers }).compile()).rejects.toThrow(
        'MFA handler "email" misses the port EmailSender: provide it',
      );
    },
  );

  it('can be listed twice under two names', async () => {
    const listed = [emailHandler({}), emailHandler({ name: 'work_email' })];
    const module = await Test.createTestingModule({ providers: [...ports, ...listed] }).compile();
    expect(listed.map(({ provide }) => module.get<EmailHandler>(provide).name)).toEqual([
      'email',
      'work_email',
    ]);
  });
});

let contractInbox = new Inbox();
describeHandlerContract('EmailHandler', {
  makeHandler: () => makeHandler((contractInbox = new Inbox())),
  subject,
  fields: {},
  now,
  makeProof: async () => ({ code: contractInbox.lastCode(ADDRESS) }),
  makeWrongProofs: async () => [
    { code: '000000' },
    { code: `${contractInbox.lastCode(ADDRESS)}0` },
    { code: contractInbox.lastCode(ADDRESS).slice(0, 5) },
  ],
  makeTypedProof: (code) => ({ code }),
  secretsOf: () => [ADDRESS, contractInbox.lastCode(ADDRESS)],
});

describeHandlerContract('EmailHandler that asks for the address', {
  makeHandler: () => makeHandler((contractInbox = new Inbox()), { address: 'asked' }),
  subject,
  fields: { email: 'ada@home.example' },
  now,
  makeProof: async () => ({ code: contractInbox.lastCode('ada@home.example') }),
  makeWrongProofs: async () => [{ code: '000000' }],
  makeTypedProof: (code) => ({ code }),
  secretsOf: () => ['ada@home.example', contractInbox.lastCode('ada@home.example')],
});
