import { MfaAccounts } from '../../src/mfa/core/methods/accounts.js';
import { type MfaHandler } from '../../src/mfa/contract/handler.js';
import { HandlerRegistry } from '../../src/mfa/core/ceremony/handler-registry.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

/** Takes handlers away from a running library, as a restart with another configuration would. */
function keepOnly(mfa: MfaHarness, ...names: string[]): void {
  const registry = mfa.parts.get(HandlerRegistry);
  const kept: MfaHandler[] = registry.all().filter(({ name }) => names.includes(name));
  Object.assign(registry, new HandlerRegistry(kept));
}

describe('methods whose handler is not registered any more', () => {
  let mfa: MfaHarness;
  beforeEach(async () => {
    mfa = await startMfa();
  });
  afterEach(() => mfa.stop());

  it('do not open the door: a login is refused rather than let through', async () => {
    const subject = mfa.parts.subjects.add('locked');
    await mfa.enrolApp(subject);
    keepOnly(mfa, 'email');
    await expect(mfa.begin(subject)).rejects.toThrow('none of their handlers is registered');
    expect(await mfa.count('host_sessions')).toBe(0);
  });

  it('are passed over where another method is active', async () => {
    const subject = mfa.parts.subjects.add('lucky');
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    const open = await mfa.begin(subject);
    keepOnly(mfa, 'email');
    await expect(mfa.verify(open, '123456')).rejects.toMatchObject({ code: 'method_not_found' });
    const pending = await mfa.begin(subject);
    expect(pending.methods.map(({ name }) => name)).toEqual(['email']);
    const actor = mfa.actor(subject);
    expect(await mfa.parts.methods.list(actor)).toHaveLength(1);
    await expect(mfa.parts.backupCodes.regenerate(actor, { code: '1' })).rejects.toMatchObject({
      code: 'invalid_code',
    });
    const move = (proof: Record<string, unknown> | null) =>
      mfa.parts.methods.makePrimary(actor, 'email', proof);
    await expect(move({ credential: {} })).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(move(null)).resolves.toBeUndefined();
  });

  it('are no second factor to a password that was reset by mail: mailed codes do', async () => {
    const firstFactorAddresses = ['reset@example.org'];
    const subject = mfa.parts.subjects.add('reset', { firstFactorAddresses });
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    expect((await mfa.begin(subject)).methods.map(({ name }) => name)).toEqual(['app']);
    keepOnly(mfa, 'email');
    const pending = await mfa.begin(subject);
    expect(pending.methods.map(({ name }) => name)).toEqual(['email']);
    await expect(mfa.verify(pending, mfa.mailed(subject))).resolves.toHaveProperty('access');
  });
});

describe('a handler that keeps something of its own', () => {
  async function deletedWith(dispose: NonNullable<MfaHandler['dispose']>) {
    const mfa = await startMfa();
    const registry = mfa.parts.get(HandlerRegistry);
    Object.assign(registry.get('app'), { dispose });
    const subject = mfa.parts.subjects.add('leaver');
    const { secret } = await mfa.enrolApp(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    const remaining = await mfa.count('mfa_methods');
    // Until then it may come back.
    await mfa.parts.get(MfaAccounts).forget(subject.id);
    await mfa.stop();
    return { remaining, secret };
  }

  it('is told of the method that went', async () => {
    const told: unknown[] = [];
    const { secret } = await deletedWith(async ({ state }) => void told.push(state));
    expect(told).toMatchObject([{ secret }]);
  });

  it('does not bring it back by failing', async () => {
    const { remaining } = await deletedWith(() => Promise.reject(new Error('not now')));
    expect(remaining).toBe(0);
  });
});
