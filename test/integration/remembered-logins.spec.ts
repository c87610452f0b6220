import { type Subject } from '../../src/mfa/contract/handler.js';
import { DeviceService } from '../../src/mfa/core/devices/device.service.js';
import { DeviceStore } from '../../src/mfa/core/ports/devices.js';
import { MfaAccounts } from '../../src/mfa/core/methods/accounts.js';
import { UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { MOST_DEVICES } from '../../src/mfa/persistence/migrations/device-bound.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { rememberWithin } from '../support/remember-within.js';

/** The library itself, without the server: what a host that embeds it gets. */
describe('a login on a remembered device', () => {
  let mfa: MfaHarness;
  let subject: Subject;
  let secret: string;
  let people = 0;

  beforeAll(async () => {
    mfa = await startMfa({ trustedDevices: 'on' });
  });
  afterAll(() => mfa.stop());
  beforeEach(async () => {
    subject = mfa.parts.subjects.add(`person${++people}`);
    ({ secret } = await mfa.enrolApp(subject));
  });

  /** Signs in by a code. @returns the token of the device, if one is remembered */
  async function verify(code: string, of = subject): Promise<string | undefined> {
    const { ephemeralToken } = await mfa.begin(of);
    const claims = mfa.parts.ephemeralTokens.verify(ephemeralToken);
    const { device } = await mfa.parts.login.verify(claims, { code }, CLIENT, true);
    return device?.token;
  }

  const on = (trustedDevice: string | undefined, of = subject) =>
    mfa.parts.login.begin(
      { subject: of, amr: ['pwd'], trustedDevice: String(trustedDevice) },
      CLIENT,
    );

  it('passes, and tells the host what the device saw', async () => {
    const token = await verify(mfa.totp(secret));
    const seenAt = mfa.parts.clock.now();
    mfa.nextStep();
    const outcome = await on(token);
    expect(outcome).toMatchObject({
      kind: 'passed',
      tokens: { access: expect.any(String) },
      device: { token: expect.any(String), expiresAt: expect.any(Date) },
    });
    expect(mfa.parts.tokens.passed.at(-1)).toMatchObject({
      amr: ['pwd'],
      provider: null,
      authenticatedAt: mfa.parts.clock.now(),
      deviceMfaAt: seenAt,
    });
  });

  it('records what the host adds, and its events', async () => {
    const token = await verify(mfa.totp(secret));
    const events = await mfa.eventTypes(subject);
    expect(events.slice(-2)).toEqual(['login_succeeded', 'device_remembered']);
    mfa.parts.tokens.further = ['session_displaced'];
    await on(token);
    mfa.parts.tokens.further = [];
    const added = (await mfa.eventTypes(subject)).slice(events.length);
    expect(added).toEqual(['login_succeeded', 'session_displaced']);
  });

  it('writes nothing where the device ends before it commits', async () => {
    const token = await verify(mfa.totp(secret));
    const before = await mfa.count('host_sessions');
    const { tokens } = mfa.parts;
    const issue = tokens.issue.bind(tokens);
    tokens.issue = async (passed) => {
      // Between the look at the device and the commit of the session.
      await mfa.parts.get(UnitOfWork).runForAccount(subject.id, async (transaction) => {
        await mfa.parts.get(MfaAccounts).endDevices(subject.id, transaction);
      });
      return issue(passed);
    };
    const { kind } = await on(token);
    tokens.issue = issue;
    expect(kind).toBe('pending');
    expect(await mfa.count('host_sessions')).toBe(before);
  });

  it('is of no device that was remembered by a code to the address of the first factor', async () => {
    const addresses = { email: 'one-inbox@example.org' };
    const owner = mfa.parts.subjects.add('one-inbox', {
      addresses,
      firstFactorAddresses: [addresses.email],
    });
    await mfa.enrolEmail(owner);
    const { ephemeralToken } = await mfa.begin(owner);
    const claims = mfa.parts.ephemeralTokens.verify(ephemeralToken);
    const proof = { code: mfa.mailed(owner) };
    const { device } = await mfa.parts.login.verify(claims, proof, CLIENT, true);
    expect(device).toBeUndefined();
    expect(await mfa.count('mfa_devices', `user_id = '${owner.id}'`)).toBe(0);
  });

  it('is taken from nobody without a fresh proof, in the transaction that ends it', async () => {
    const devices = mfa.parts.get(DeviceService);
    await verify(mfa.totp(secret));
    const actor = mfa.actor(subject);
    const [device] = await devices.list(actor);
    const stale = { ...actor, authenticatedAt: new Date(0) };
    for (const end of [devices.endAll(stale), devices.end(stale, String(device?.id))]) {
      await expect(end).rejects.toMatchObject({ code: 'fresh_proof_required' });
    }
    expect(await devices.list(actor)).toHaveLength(1);
    await devices.endAll(actor);
    expect(await devices.list(actor)).toEqual([]);
  });

  it('leaves no more devices than there may be, and drops the one used longest ago', async () => {
    const made: string[] = [];
    for (let count = 0; count <= MOST_DEVICES; count++) {
      mfa.parts.clock.advance({ seconds: 1 });
      made.push((await rememberWithin(mfa, subject)).id);
    }
    const left = await mfa.parts.get(DeviceStore).list(subject.id, mfa.parts.clock.now());
    expect(left.map(({ id }) => id)).toEqual(made.slice(1).reverse());
  });

  it('is found in no list once it is over', async () => {
    await verify(mfa.totp(secret));
    const list = () => mfa.parts.get(DeviceStore).list(subject.id, mfa.parts.clock.now());
    expect(await list()).toHaveLength(1);
    mfa.parts.clock.advance({ seconds: 15 * 86_400 });
    expect(await list()).toEqual([]);
  });
});
