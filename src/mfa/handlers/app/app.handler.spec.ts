import 'reflect-metadata';
import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import fc from 'fast-check';
import { generate } from 'otplib';
import { type Subject } from '../../contract/handler.js';
import { addSeconds } from '../../contract/clock.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { normalizeCode } from '../../contract/normalize-text.js';
import { type OptionalPackage } from '../../kit/optional-package.js';
import { RandomSource } from '../../contract/random.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { type Ceremony, describeHandlerContract } from '../../testing/handler-contract.js';
import { AppHandler, appHandler } from './app.handler.js';
import { APP_HANDLER_OPTIONS, type AppHandlerOptions } from './app.options.js';
import { APP_STATE_VERSION, type AppState, parseAppState } from './app.state.js';
import { qrCodePackage } from './qr-code.js';
import { totpPackage } from './totp.js';

const defaults: HandlerDefaults = {
  applicationName: 'My App',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
const subject: Subject = {
  id: '1',
  displayName: 'ada@example.org',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};

function makeHandler(options?: AppHandlerOptions): AppHandler {
  return new AppHandler(defaults, new FakeRandomSource(), options);
}

/** The code that the owner's app shows. */
function codeOf(state: AppState, now: Date): Promise<string> {
  return generate({
    secret: state.secret,
    algorithm: ({ SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const)[state.algorithm],
    digits: state.digits,
    period: state.periodSeconds,
    epoch: Math.floor(now.getTime() / 1000),
  });
}

describe('AppHandler.setup', () => {
  it('shows the secret as a link, as an image and as text, and the image at the top too', async () => {
    const now = new FakeClock().now();
    const { state, response } = await makeHandler().setup({
      subject,
      fields: {},
      enrolled: [],
      now,
    });
    expect(response).toEqual({
      secret: state.secret,
      qr_link: `otpauth://totp/My%20App:ada%40example.org?secret=${state.secret}&issuer=My%20App`,
      qr_code: expect.stringMatching(/^data:image\/png;base64,iVBORw0KGgo[A-Za-z0-9+/]+=*$/),
    });
  });

  it.each([
    ['SHA1', 32],
    ['SHA256', 52],
    ['SHA512', 103],
  ] as const)('draws a %s secret as long as the hash', async (algorithm, length) => {
    const handler = makeHandler({ algorithm, digits: 8, periodSeconds: 60 });
    const input = { subject, fields: {}, enrolled: [], now: new FakeClock().now() };
    const { state } = await handler.setup(input);
    expect(state).toMatchObject({ algorithm, digits: 8, periodSeconds: 60, usedSteps: [] });
    expect(state.secret).toHaveLength(length);
    expect((await handler.setup(input)).state.secret).not.toBe(state.secret);
    expect(handler.describe(state)).toEqual({ algorithm, digits: 8, period: 60 });
  });

  it('takes the issuer from its options, and the length of a step from the module', async () => {
    const longSteps = { ...defaults, totpDefaultIntervalSeconds: 45 };
    const handler = new AppHandler(longSteps, new FakeRandomSource(), { issuer: 'Other' });
    const now = new FakeClock().now();
    const { state, response } = await handler.setup({ subject, fields: {}, enrolled: [], now });
    expect(state.periodSeconds).toBe(45);
    expect(response.qr_link).toMatch(/^otpauth:\/\/totp\/Other:.*&issuer=Other&period=45$/);
  });

  it('calls each authenticator by its label, as of two with one name an app keeps one', async () => {
    const input = { subject, fields: {}, enrolled: [], now: new FakeClock().now() };
    const named = await makeHandler().setup({ ...input, label: 'Phone' });
    expect(named.response.qr_link).toContain('/My%20App:Phone%20ada%40example.org?');
    const unnamed = await makeHandler().setup(input);
    expect(unnamed.response.qr_link).toContain('/My%20App:ada%40example.org?');
  });

  it('can be done for a subject with the longest and oddest of names', async () => {
    const odd = { ...subject, displayName: '\ud800😀:\u0000'.repeat(1000) };
    const handler = makeHandler({ issuer: '字'.repeat(64), algorithm: 'SHA512', digits: 8 });
    const now = new FakeClock().now();
    const { response } = await handler.setup({ subject: odd, fields: {}, enrolled: [], now });
    expect(response.qr_link).toMatch(/^otpauth:.{1,2300}$/);
  });
});

describe('AppHandler.verify', () => {
  let clock: FakeClock;
  let handler: AppHandler;
  let state: AppState;

  beforeEach(async () => {
    clock = new FakeClock();
    handler = makeHandler();
    state = (await handler.setup({ subject, fields: {}, enrolled: [], now: clock.now() })).state;
  });

  /** Verifies a proof and keeps the resulting state, as the core does. */
  async function isTaken(code: string): Promise<boolean> {
    const input = { subject, state, data: null, proof: { code }, now: clock.now() };
    const verdict = await handler.verify(input);
    if (verdict.ok) state = verdict.state;
    return verdict.ok;
  }

  it('remembers the step of the code, not the step of the hour', async () => {
    const step = Math.floor(clock.now().getTime() / 30_000);
    const code = await codeOf(state, clock.now());
    clock.advance({ seconds: 30 });
    expect(await isTaken(code)).toBe(true);
    expect(state.usedSteps).toEqual([step]);
  });

  it('takes a code once, in however many forms it is given', async () => {
    const code = await codeOf(state, clock.now());
    const fullWidth = code.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    expect(await isTaken(` ${fullWidth.slice(0, 3)} \u200b${code.slice(3)}\n`)).toBe(true);
    for (const form of [code, fullWidth, ` ${code}`, `${code}\u200b`, [...code].join('-')]) {
      expect(await isTaken(form)).toBe(false);
    }
  });

  it('takes a code of the step ahead, and not again when its step has come', async () => {
    clock.advance({ seconds: 30 });
    const codeAhead = await codeOf(state, clock.now());
    clock.advance({ seconds: -30 });
    const presentCode = await codeOf(state, clock.now());
    expect(await isTaken(codeAhead)).toBe(true);
    expect(await isTaken(presentCode)).toBe(false);
    clock.advance({ seconds: 30 });
    expect(await isTaken(codeAhead)).toBe(false);
    clock.advance({ seconds: 30 });
    expect(await isTaken(await codeOf(state, clock.now()))).toBe(true);
  });

  it.each([3600, 7200, -3600, -7200])(
    'takes every code once over a clock that was %d s ahead for a while',
    async (seconds) => {
      const before = await codeOf(state, clock.now());
      expect(await isTaken(before)).toBe(true);
      clock.advance({ seconds });
      const meanwhile = await codeOf(state, clock.now());
      expect(await isTaken(meanwhile)).toBe(true);
      expect(await isTaken(meanwhile)).toBe(false);
      clock.advance({ seconds: -seconds });
      expect(await isTaken(before)).toBe(false);
      clock.advance({ seconds: 30 });
      const after = await codeOf(state, clock.now());
      expect(await isTaken(after)).toBe(true);
      expect(await isTaken(after)).toBe(false);
      clock.advance({ seconds: seconds - 30 });
      expect(await isTaken(meanwhile)).toBe(false);
    },
  );

  it('remembers no more steps than it needs', async () => {
    for (let times = 0; times < 33; times++) {
      expect(await isTaken(await codeOf(state, clock.now()))).toBe(true);
      clock.advance({ seconds: 30 });
    }
    expect(state.usedSteps).toHaveLength(32);
    expect(parseAppState(state, APP_STATE_VERSION)).toEqual(state);
  });

  it.each([0, 1, 2])('takes codes of %d steps around the present one', async (windowSteps) => {
    handler = makeHandler({ windowSteps });
    const enrolled = state;
    const taken: number[] = [];
    for (const steps of [-3, -2, -1, 0, 1, 2, 3]) {
      const code = await codeOf(enrolled, addSeconds(clock.now(), steps * 30));
      state = enrolled;
      if (await isTaken(code)) taken.push(steps);
    }
    expect(taken).toEqual([-2, -1, 0, 1, 2].filter((steps) => Math.abs(steps) <= windowSteps));
  });

  it('judges by the parameters of the enrolment when the options have changed since', async () => {
    handler = makeHandler({ algorithm: 'SHA512', digits: 8, periodSeconds: 60 });
    expect(await isTaken(await codeOf(state, clock.now()))).toBe(true);
  });

  it('takes no code of another secret, and none that lacks a digit', async () => {
    const other = await handler.setup({ subject, fields: {}, enrolled: [], now: clock.now() });
    expect(await isTaken(await codeOf(other.state, clock.now()))).toBe(false);
    const code = await codeOf(state, clock.now());
    expect(await isTaken(code.slice(1))).toBe(false);
    expect(await isTaken(`0${code}`)).toBe(false);
  });

  it('takes the codes of its window and no other text, and throws for none', async () => {
    const now = clock.now();
    const instants = [-30, 0, 30].map((seconds) => addSeconds(now, seconds));
    const codes = await Promise.all(instants.map((instant) => codeOf(state, instant)));
    const texts = fc.oneof(
      fc.constantFrom(...codes),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789 -１٢\u200b\ud800'), maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (code) => {
        const { ok } = await handler.verify({ subject, state, data: null, proof: { code }, now });
        expect(ok).toBe(codes.includes(normalizeCode(code)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('AppHandler', () => {
  const packages: readonly OptionalPackage<unknown>[] = [totpPackage, qrCodePackage];

  it('is the method "app" unless told otherwise', () => {
    expect(makeHandler()).toMatchObject({
      name: 'app',
      displayName: 'Authenticator app',
      amr: ['otp'],
      requiresDispatch: false,
    });
    expect(makeHandler({ name: 'work_app', displayName: 'Work' })).toMatchObject({
      name: 'work_app',
      displayName: 'Work',
    });
  });

  it.each([
    [{ issuer: 'a:b' }, 'issuer takes 1 to 64 characters without a colon.'],
    [{ issuer: ' ' }, 'issuer takes 1 to 64 characters without a colon.'],
    [{ issuer: 'a\ud800' }, 'issuer takes 1 to 64 characters without a colon.'],
    [{ issuer: 'a'.repeat(65) }, 'issuer takes 1 to 64 characters without a colon.'],
    [{ algorithm: 'MD5' }, 'algorithm takes one of SHA1, SHA256, SHA512.'],
    [{ digits: 7 }, 'digits takes 6 or 8.'],
    [{ periodSeconds: 14 }, 'periodSeconds takes a whole number from 15 to 60.'],
    [{ periodSeconds: 61 }, 'periodSeconds takes a whole number from 15 to 60.'],
    [{ periodSeconds: 30.5 }, 'periodSeconds takes a whole number from 15 to 60.'],
    [{ windowSteps: -1 }, 'windowSteps takes a whole number from 0 to 2.'],
    [{ windowSteps: 3 }, 'windowSteps takes a whole number from 0 to 2.'],
  ])('refuses the options %j', (options, error) => {
    // Values that a host in plain JavaScript may pass.
    const untyped = options as AppHandlerOptions;
    expect(() => makeHandler(untyped)).toThrow(`MFA handler "app": ${error}`);
  });

  it.each(packages)('does not start without a package of its own', async (one) => {
    await expect(makeHandler().onModuleInit()).resolves.toBeUndefined();
    const load = jest.spyOn(one, 'loadFor').mockRejectedValueOnce(new Error('absent'));
    await expect(makeHandler({ name: 'work_app' }).onModuleInit()).rejects.toThrow('absent');
    expect(load).toHaveBeenLastCalledWith('work_app');
    load.mockRestore();
  });

  it('is made by Nest without options and with bound ones', async () => {
    const plain = await Test.createTestingModule({ providers: [...ports, AppHandler] }).compile();
    expect(plain.get(AppHandler).name).toBe('app');
    const options = { provide: APP_HANDLER_OPTIONS, useValue: { name: 'totp' } };
    const bound = await Test.createTestingModule({
      providers: [...ports, options, AppHandler],
    }).compile();
    expect(bound.get(AppHandler).name).toBe('totp');
  });

  it('can be listed twice under two names', async () => {
    const listed = [appHandler({}), appHandler({ name: 'work_app' })];
    const module = await Test.createTestingModule({ providers: [...ports, ...listed] }).compile();
    const names = listed.map(({ provide }) => module.get<AppHandler>(provide).name);
    expect(names).toEqual(['app', 'work_app']);
  });
});

const ports = [
  { provide: HandlerDefaults, useValue: defaults },
  { provide: RandomSource, useValue: new FakeRandomSource() },
];

const makeProof = async ({ state, now }: Ceremony<AppState, never>) => ({
  code: await codeOf(state, now),
});
describeHandlerContract('AppHandler', {
  makeHandler: () => makeHandler(),
  subject,
  fields: {},
  now: new FakeClock().now(),
  makeProof,
  makeWrongProofs: async (ceremony) => {
    const { code } = await makeProof(ceremony);
    return [{ code: '000000' }, { code: code.slice(1) }, { code: `${code}0` }];
  },
  makeTypedProof: (code) => ({ code }),
  secretsOf: ({ state }) => [state.secret],
});
