import { Test } from '@nestjs/testing';
import {
  HandlerDefaults,
  type HandlerProvider,
  HandlerRegistry,
  type MfaHandler,
  RandomSource,
  resolveMfaOptions,
} from '../../src/mfa/index.js';
import { FakeRandomSource } from '../../src/mfa/testing/index.js';
import { DocumentedCode } from '../support/documented-code.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { Texts } from '../support/your-app.js';

const PHONE = '+15550100';
const KEY = { id: 'k1', key: Buffer.alloc(32, 7) };

type SmsClass = new (random: RandomSource, texts: Texts) => MfaHandler;

const documented = new DocumentedCode();
// The compiler has seen what these files export; it cannot see it through their names.
const { SmsMfaHandler, AdvancedSmsHandler, FACTORS } = {
  ...((await documented.import('sms-mfa.handler.ts')) as object),
  ...((await documented.import('advanced-sms.handler.ts')) as object),
  ...((await documented.import('factors.ts')) as object),
} as { SmsMfaHandler: SmsClass; AdvancedSmsHandler: SmsClass; FACTORS: HandlerProvider[] };
afterAll(() => documented.remove());

describe('the handlers of the guide', () => {
  let mfa: MfaHarness;
  const texts = new Texts();
  const lastCode = () => texts.sent.at(-1)?.text.replace('Your code: ', '') ?? '';

  beforeAll(async () => {
    const random = new FakeRandomSource();
    const handlers = [SmsMfaHandler, AdvancedSmsHandler].map((Sms) => new Sms(random, texts));
    mfa = await startMfa({ handlers });
  });
  afterAll(() => mfa.stop());

  async function enrol(id: string, method: string) {
    const subject = mfa.parts.subjects.add(id, { addresses: { phone: PHONE } });
    const actor = mfa.actor(subject);
    const { setupData } = await mfa.parts.enrolment.setUp(actor, { handler: method, fields: {} });
    await mfa.parts.enrolment.confirm(actor, { handler: method, proof: { code: lastCode() } });
    mfa.parts.clock.advance({ seconds: 31 });
    return { subject, setupData };
  }

  it('are registered under the names of the guide', () => {
    const registry = mfa.parts.get(HandlerRegistry);
    expect(registry.names()).toEqual(['sms', 'advanced_sms']);
    expect(registry.get('sms').displayName).toBe('SMS Authentication');
  });

  it('answer a set-up as the guide says, each in its way', async () => {
    const detail = 'SMS verification code has been sent to your phone.';
    expect((await enrol('plain', 'sms')).setupData).toEqual({ detail, sent_to: '•••00' });
    expect((await enrol('advanced', 'advanced_sms')).setupData).toEqual({
      detail: 'SMS sent successfully',
      phone_number: PHONE,
      expires_in: 60,
    });
  });

  it.each(['sms', 'advanced_sms'])(
    '%s: a login is passed with the code of its text',
    async (name) => {
      const { subject } = await enrol(`login_${name}`, name);
      const pending = await mfa.begin(subject);
      expect(pending).toMatchObject({ method: name, challenge: { sent_to: '•••00' } });
      expect(texts.sent.at(-1)?.to).toBe(PHONE);
      await expect(mfa.verify(pending, lastCode())).resolves.toHaveProperty('access');
    },
  );

  it('advanced_sms takes no code for a number that has left the account', async () => {
    const { subject } = await enrol('mover', 'advanced_sms');
    mfa.parts.subjects.add(subject.id, { addresses: { phone: '+15550199' } });
    const pending = await mfa.begin(subject);
    await expect(mfa.verify(pending, lastCode())).rejects.toMatchObject({ code: 'invalid_code' });
  });
});

describe('the documented list of factors', () => {
  it('is made of handlers with names of their own', async () => {
    const module = await Test.createTestingModule({
      providers: [
        ...FACTORS,
        { provide: RandomSource, useValue: new FakeRandomSource() },
        { provide: HandlerDefaults, useValue: resolveMfaOptions({ secretKeys: [KEY] }) },
      ],
    }).compile();
    const handlers = FACTORS.map((entry) =>
      module.get<MfaHandler>(typeof entry === 'function' ? entry : entry.provide),
    );
    expect(new HandlerRegistry(handlers).names()).toEqual(['app', 'pin', 'desk_pin']);
  });
});
