import { jest } from '@jest/globals';
import { type MfaEventType } from '../../src/mfa/core/events.js';
import { type Subject } from '../../src/mfa/core/handler.js';
import { HandlerRegistry } from '../../src/mfa/core/handler-registry.js';
import { OutboxWorker } from '../../src/mfa/core/outbox-worker.js';
import {
  type RepudiatedChange,
  Repudiation,
  type Undoing,
} from '../../src/mfa/core/repudiation.js';
import { UnitOfWork } from '../../src/mfa/core/stores.js';
import { KeepingConsumer } from '../support/keeping-consumer.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('a change that its owner repudiates', () => {
  let consumer: KeepingConsumer;
  let mfa: MfaHarness;
  let ada: Subject;
  let secret: string;

  beforeEach(async () => {
    consumer = new KeepingConsumer();
    mfa = await startMfa({ consumers: [consumer] });
    ada = mfa.parts.subjects.add('ada');
    ({ secret } = await mfa.enrolApp(ada));
  });
  afterEach(() => mfa.stop());

  /** What was done of this kind so far, as its events tell of it. */
  async function changes(type: MfaEventType): Promise<RepudiatedChange[]> {
    await mfa.parts.get(OutboxWorker).runOnce();
    const events = consumer.taken.map(({ event }) => event).filter((event) => event.type === type);
    return events.map(({ factor, target, at }) => ({
      subjectId: ada.id,
      ...{ type, factor, target, at },
    }));
  }

  async function undo(change: RepudiatedChange | undefined): Promise<Undoing> {
    if (change === undefined) throw new Error('There was no such change.');
    return mfa.parts
      .get(UnitOfWork)
      .runForAccount(ada.id, (transaction) => mfa.parts.get(Repudiation).undo(change, transaction));
  }

  const newest = async (type: MfaEventType) => (await changes(type)).at(-1);
  const activeMethods = () => mfa.count('mfa_methods', 'is_active');
  const deleteApp = () => mfa.parts.methods.delete(mfa.actor(ada), 'app', null);

  async function confirmApp(): Promise<void> {
    const proof = { code: mfa.totp(secret) };
    await mfa.parts.enrolment.confirm(mfa.actor(ada), { method: 'app', proof });
    mfa.nextStep();
  }

  async function deactivateApp(): Promise<void> {
    await mfa.parts.methods.deactivate(mfa.actor(ada), 'app', { code: mfa.totp(secret) });
    mfa.nextStep();
  }

  async function regenerate(): Promise<void> {
    await mfa.parts.backupCodes.regenerate(mfa.actor(ada), { code: mfa.totp(secret) });
    mfa.nextStep();
  }

  async function preferEmail(): Promise<void> {
    await mfa.enrolEmail(ada);
    await mfa.parts.methods.makePrimary(mfa.actor(ada), 'email', null);
  }

  it('is undone before its handler lets go of what was removed', async () => {
    const dispose = jest.fn(async () => {});
    Object.assign(mfa.parts.get(HandlerRegistry).get('app'), { dispose });
    const undoing = await undo(await newest('method_activated'));
    expect(undoing.isUndone).toBe(true);
    expect(dispose).not.toHaveBeenCalled();
    expect(await mfa.count('mfa_methods')).toBe(0);
    expect(await mfa.count('mfa_backup_codes')).toBe(0);
    await undoing.dispose();
    expect(dispose.mock.calls).toEqual([[{ subjectId: 'ada', state: expect.anything() }]]);
  });

  it('is undone where its handler is no longer on offer', async () => {
    const undoing = await undo(await newest('method_activated'));
    jest.spyOn(mfa.parts.get(HandlerRegistry), 'has').mockReturnValue(false);
    await undoing.dispose();
    expect(await mfa.count('mfa_methods')).toBe(0);
  });

  it('ends what is open, also where nothing can be undone', async () => {
    await preferEmail();
    const pending = await mfa.begin(ada);
    await deleteApp();
    const undoing = await undo(await newest('method_deleted'));
    await undoing.dispose();
    expect(undoing.isUndone).toBe(false);
    await expect(mfa.verify(pending, mfa.mailed(ada))).rejects.toThrow('Invalid token');
    expect(await activeMethods()).toBe(1);
  });

  it('stays where another set-up took its place', async () => {
    await deleteApp();
    await mfa.enrolApp(ada);
    const [first, second] = await changes('method_activated');
    expect((await undo(first)).isUndone).toBe(false);
    expect(await activeMethods()).toBe(1);
    expect((await undo(second)).isUndone).toBe(true);
    expect(await activeMethods()).toBe(0);
  });

  it('stays where the same was done once more since', async () => {
    await preferEmail();
    await deactivateApp();
    await confirmApp();
    const again = await newest('method_activated');
    await deactivateApp();
    await confirmApp();
    expect((await undo(again)).isUndone).toBe(false);
    expect(await activeMethods()).toBe(2);
    expect((await undo(await newest('method_activated'))).isUndone).toBe(true);
    expect(await mfa.count('mfa_methods', `handler = 'app' AND NOT is_active`)).toBe(1);
  });

  it('leaves alone another authenticator that waits for its first proof', async () => {
    await preferEmail();
    await deactivateApp();
    await confirmApp();
    const again = await newest('method_activated');
    await mfa.parts.enrolment.setUp(mfa.actor(ada), { method: 'app', fields: { label: 'Second' } });
    expect((await undo(again)).isUndone).toBe(true);
    const methods = await mfa.parts.methods.list(mfa.actor(ada));
    expect(methods.find(({ name }) => name === 'app')).toMatchObject({
      isActive: false,
      details: {
        authenticators: [expect.anything(), expect.objectContaining({ label: 'Second' })],
      },
    });
  });

  it('cannot bring back what was set up anew or is gone', async () => {
    await preferEmail();
    await deactivateApp();
    await deleteApp();
    expect((await undo(await newest('method_deactivated'))).isUndone).toBe(false);
    expect(await mfa.count('mfa_methods')).toBe(1);
  });

  it('cannot give a preference back that has nowhere to go', async () => {
    await preferEmail();
    await deactivateApp();
    expect((await undo(await newest('primary_changed'))).isUndone).toBe(false);
    expect(await mfa.count('mfa_methods', `handler = 'email' AND is_primary`)).toBe(1);
  });

  it('leaves alone backup codes that were made since', async () => {
    await regenerate();
    await regenerate();
    const [older, newer] = await changes('backup_codes_issued');
    expect((await undo(older)).isUndone).toBe(false);
    expect(await mfa.count('mfa_backup_codes')).toBe(5);
    expect((await undo(newer)).isUndone).toBe(true);
    expect(await mfa.count('mfa_backup_codes')).toBe(0);
  });
});
