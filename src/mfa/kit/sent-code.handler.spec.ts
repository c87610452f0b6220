import 'reflect-metadata';
import { IsString } from 'class-validator';
import { type Subject } from '../contract/handler.js';
import { FakeClock } from '../testing/fake-clock.js';
import { FakeRandomSource } from '../testing/fake-random-source.js';
import { describeHandlerContract } from '../testing/handler-contract.js';
import { type RandomSource, SystemRandomSource } from '../contract/random.js';
import { type SentCode, SentCodeHandler, type SentCodeProfile } from './sent-code.handler.js';
import { type SentCodeState } from './sent-code.state.js';

class PagerFields {
  @IsString()
  readonly pager!: string;
}

/** A handler of text messages: a constructor, and one line for each method. */
class PagerHandler extends SentCodeHandler<PagerFields> {
  readonly setupSchema = PagerFields;
  readonly sent: SentCode[] = [];
  isDown = false;

  constructor(profile: Partial<SentCodeProfile> = {}, random: RandomSource = seeded()) {
    super({ name: 'pager', displayName: 'Pager', setupDetail: 'Paged.', ...profile }, random);
  }

  protected addressFor({ fields }: { readonly fields: PagerFields }): string {
    return fields.pager;
  }

  protected mask(address: string): string {
    return `…${address.slice(-2)}`;
  }

  protected async deliver(sent: SentCode): Promise<void> {
    if (this.isDown) throw new Error('The pagers are down.');
    this.sent.push(sent);
  }

  get lastCode(): string {
    return this.sent.at(-1)?.code ?? '';
  }
}

const seeded = () => new FakeRandomSource();
const fields = { pager: '0170-4711' };
const subject: Subject = {
  id: '1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const state: SentCodeState = { address: fields.pager };

/** Sends one code for a login and returns the data to store. */
async function open(handler: PagerHandler, clock: FakeClock) {
  const { data, delivery } = await handler.challenge({
    subject,
    states: [state],
    now: clock.now(),
  });
  await delivery?.send();
  return { data, code: handler.lastCode };
}

describe('SentCodeHandler', () => {
  let clock: FakeClock;
  let handler: PagerHandler;

  beforeEach(() => {
    clock = new FakeClock();
    handler = new PagerHandler();
  });

  async function isTaken(code: string, data: Awaited<ReturnType<typeof open>>['data'] | null) {
    const now = clock.now();
    return (await handler.verify({ subject, state, data, proof: { code }, now })).ok;
  }

  it('binds an enrolment to the address and says where the code goes', async () => {
    const outcome = await handler.setup({ subject, fields, enrolled: [], now: clock.now() });
    expect(outcome.state).toEqual({ address: '0170-4711' });
    expect(outcome.response).toEqual({ detail: 'Paged.', sent_to: '…11' });
    expect(outcome.delivery?.addresses).toEqual(['0170-4711']);
    expect(handler.sent).toEqual([]);
    await outcome.delivery?.send();
    const code: unknown = expect.stringMatching(/^\d{6}$/);
    expect(handler.sent).toEqual([
      { subject, address: '0170-4711', code, lifetimeSeconds: 600, requestedAt: clock.now() },
    ]);
    expect(await isTaken(handler.lastCode, outcome.data ?? null)).toBe(true);
  });

  it('is described by its masked address and judged by one-time codes', () => {
    expect(handler.describe(state)).toEqual({ sent_to: '…11' });
    expect(handler.amr).toEqual(['otp']);
    expect(new PagerHandler({ amr: ['otp', 'sms'] }).amr).toEqual(['otp', 'sms']);
  });

  it('rejects as the carrier does', async () => {
    handler.isDown = true;
    const { delivery } = await handler.challenge({ subject, states: [state], now: clock.now() });
    await expect(delivery?.send()).rejects.toThrow('The pagers are down.');
  });

  it.each([
    [0, true],
    [599.999, true],
    [600, false],
    [600.001, false],
    [86_400, false],
  ])('%d seconds after the sending, takes the code: %s', async (seconds, isInTime) => {
    const { data, code } = await open(handler, clock);
    clock.advance({ seconds });
    expect(await isTaken(code, data)).toBe(isInTime);
  });

  it('ends a code earlier when told so', async () => {
    handler = new PagerHandler({ codeLifetimeSeconds: 60 });
    const { data, code } = await open(handler, clock);
    clock.advance({ seconds: 59 });
    expect(await isTaken(code, data)).toBe(true);
    clock.advance({ seconds: 1 });
    expect(await isTaken(code, data)).toBe(false);
  });

  it('takes no code of another challenge, nor without a challenge', async () => {
    const first = await open(handler, clock);
    const second = await open(handler, clock);
    expect(await isTaken(first.code, second.data)).toBe(false);
    expect(await isTaken(second.code, first.data)).toBe(false);
    expect(await isTaken(second.code, null)).toBe(false);
    expect(await isTaken(second.code, second.data)).toBe(true);
  });

  it('takes no code when the end cannot be read', async () => {
    const { data, code } = await open(handler, clock);
    expect(await isTaken(code, { ...data, expiresAt: 'soon' })).toBe(false);
  });

  it('takes the code however it is spelled, and no part or extension of it', async () => {
    const { data, code } = await open(handler, clock);
    const fullWidth = code.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    expect(await isTaken(` ${code.slice(0, 3)}-${code.slice(3)}\u200b`, data)).toBe(true);
    expect(await isTaken(fullWidth, data)).toBe(true);
    for (const wrong of [code.slice(1), `${code}0`, `0${code}`, [...code].reverse().join('')]) {
      expect(await isTaken(wrong, data)).toBe(false);
    }
  });

  it('keeps neither the code nor a hash that is the same for the same code', async () => {
    const random = seeded();
    random.below = () => 7;
    handler = new PagerHandler({}, random);
    const openings = [await open(handler, clock), await open(handler, clock)];
    expect(openings.map(({ code }) => code)).toEqual(['777777', '777777']);
    expect(new Set(openings.map(({ data }) => data.hash)).size).toBe(2);
    for (const { data } of openings) {
      expect(JSON.stringify(data)).not.toContain('777777');
      expect(Buffer.from(data.key, 'base64url')).toHaveLength(32);
      expect(Buffer.from(data.hash, 'base64url')).toHaveLength(32);
    }
  });

  it.each([6, 8, 10])('sends %d digits, all of them at random', async (codeLength) => {
    handler = new PagerHandler({ codeLength }, new SystemRandomSource());
    const counts = new Map<string, number>();
    for (let sending = 0; sending < 1000; sending += 1) {
      const { code } = await open(handler, clock);
      expect(code).toMatch(new RegExp(`^\\d{${codeLength}}$`));
      for (const digit of code) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    const share = [...counts.values()].map((count) => count / (100 * codeLength));
    expect(share).toHaveLength(10);
    // More than five standard deviations of 6000 draws: chance alone stays well within.
    expect(share.filter((part) => part < 0.75 || part > 1.25)).toEqual([]);
  });

  it.each([
    [{ codeLength: 5 }, 'codeLength takes a whole number from 6 to 10.'],
    [{ codeLength: 11 }, 'codeLength takes a whole number from 6 to 10.'],
    [{ codeLength: 6.5 }, 'codeLength takes a whole number from 6 to 10.'],
    [{ codeLifetimeSeconds: 601 }, 'codeLifetimeSeconds takes a whole number from 60 to 600.'],
    [{ codeLifetimeSeconds: 59 }, 'codeLifetimeSeconds takes a whole number from 60 to 600.'],
    [{ codeLifetimeSeconds: NaN }, 'codeLifetimeSeconds takes a whole number from 60 to 600.'],
  ])('refuses %j', (profile, error) => {
    expect(() => new PagerHandler(profile)).toThrow(`MFA handler "pager": ${error}`);
  });
});

let pager = new PagerHandler();
describeHandlerContract('A SentCodeHandler', {
  makeHandler: () => (pager = new PagerHandler()),
  subject,
  fields,
  now: new FakeClock().now(),
  makeProof: async () => ({ code: pager.lastCode }),
  makeWrongProofs: async () => [{ code: '000000' }, { code: pager.lastCode.slice(1) }],
  makeTypedProof: (code) => ({ code }),
  secretsOf: () => [fields.pager, pager.lastCode],
});
