/// <reference types="jest" />
import { addSeconds } from '../contract/clock.js';
import { atOnce, NOT_ACTIVE, NOW, type StoreStage } from './store-contract.stage.js';

const LATER = addSeconds(NOW, 60);

/** Rules for methods and for the transactions that change them. */
export function describeMethods(stage: StoreStage): void {
  describeSaving(stage);
  describeWork(stage);
  describeActivity(stage);
  describeActivations(stage);
  describePrimary(stage);
}

/** The handlers of the primary methods, at most one. */
async function primariesOf(stage: StoreStage, subjectId: string): Promise<string[]> {
  const methods = await stage.stores.methods.list(subjectId);
  return methods.filter(({ isPrimary }) => isPrimary).map(({ handler }) => handler);
}

function describeSaving(stage: StoreStage): void {
  it('come back as they were saved, for their own subject alone', async () => {
    const subjectId = stage.newSubject();
    const times = { createdAt: NOW, confirmedAt: LATER, lastUsedAt: null };
    const phone = stage.authenticator({ label: 'Phone', state: { n: [1, null, 'ü'] } });
    const tablet = stage.authenticator({ label: 'Tablet', confirmedAt: null, lastUsedAt: LATER });
    const saved = { id: stage.newId(), subjectId, handler: 'app', ...times, stateVersion: 3 };
    const method = { ...saved, authenticators: [phone, tablet] };
    await stage.run(subjectId, (transaction) => stage.stores.methods.save(method, transaction));
    const version: unknown = expect.any(Number);
    expect(await stage.stores.methods.list(subjectId)).toEqual([
      { ...method, ...NOT_ACTIVE, version },
    ]);
    expect(await stage.stores.methods.list(stage.newSubject())).toEqual([]);
  });

  it('take the place of the one of the same handler, and change their version', async () => {
    const old = await stage.newMethod();
    const { subjectId } = old;
    const anew = { ...old, id: stage.newId(), authenticators: [stage.authenticator()] };
    await stage.run(subjectId, (transaction) => stage.stores.methods.save(anew, transaction));
    const [stored, ...others] = await stage.stores.methods.list(subjectId);
    expect(others).toEqual([]);
    expect(stored).toMatchObject({ id: anew.id, isActive: true, isPrimary: true });
    expect(stored?.authenticators).toEqual(anew.authenticators);
    expect(stored?.version).toBeGreaterThan(old.version);
  });
}

function describeWork(stage: StoreStage): void {
  it('are nowhere when the work that saved them rejects', async () => {
    const subjectId = stage.newSubject();
    const { id, ...method } = await stage.newMethod();
    const work = stage.run(subjectId, async (transaction) => {
      await stage.stores.methods.save({ ...method, id: stage.newId(), subjectId }, transaction);
      await stage.stores.events.append([stage.event(subjectId)], { transaction });
      throw new Error(`not ${id}`);
    });
    await expect(work).rejects.toThrow(`not ${id}`);
    expect(await stage.stores.methods.list(subjectId)).toEqual([]);
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual([]);
  });

  it('of one subject change one after the other', async () => {
    const { subjectId } = await stage.newMethod();
    const { methods } = stage.stores;
    await atOnce(10, () =>
      stage.run(subjectId, async (transaction) => {
        const [method] = await methods.list(subjectId, transaction);
        if (method === undefined) throw new Error('The method is gone.');
        const authenticators = [...method.authenticators, stage.authenticator()];
        await methods.save({ ...method, authenticators }, transaction);
      }),
    );
    expect((await stage.method(subjectId, 'app')).authenticators).toHaveLength(11);
  });
}

function describeActivity(stage: StoreStage): void {
  it('are active from the moment they are, and the first one is primary', async () => {
    const { subjectId, id, ...first } = await stage.newMethod();
    expect(first).toMatchObject({ isActive: true, isPrimary: true, activatedAt: NOW });
    const second = await stage.addMethod(subjectId, 'email', LATER);
    expect(second).toMatchObject({ isActive: true, isPrimary: false, activatedAt: LATER });
    const key = { subjectId, id };
    await stage.run(subjectId, (own) =>
      stage.stores.methods.activate(key, { at: LATER, sessionId: null }, own),
    );
    const { activatedAt, activation, activatedVersion } = await stage.method(subjectId, 'app');
    expect({ activatedAt, activation, activatedVersion }).toEqual({
      activatedAt: NOW,
      activation: first.activation,
      activatedVersion: first.activatedVersion,
    });
  });

  it('have one primary when several are activated at one moment', async () => {
    const subjectId = stage.newSubject();
    const names = ['app', 'email', 'sms', 'pin'];
    for (const name of names) await stage.addMethod(subjectId, name, null);
    await atOnce(names.length, async (index) => {
      const method = await stage.method(subjectId, names[index] ?? '');
      await stage.run(subjectId, (own) =>
        stage.stores.methods.activate(method, { at: NOW, sessionId: null }, own),
      );
    });
    expect(await primariesOf(stage, subjectId)).toHaveLength(1);
  });

  it('can be made inactive when they are active and not primary', async () => {
    const primary = await stage.newMethod();
    const { subjectId } = primary;
    const second = await stage.addMethod(subjectId, 'email', NOW);
    const deactivate = (method: typeof primary) =>
      stage.run(subjectId, (own) => stage.stores.methods.deactivate(method, own));
    expect(await deactivate(primary)).toBe(false);
    expect(await deactivate(second)).toBe(true);
    expect(await deactivate(second)).toBe(false);
    expect(await stage.method(subjectId, 'email')).toMatchObject(NOT_ACTIVE);
  });
}

function describeActivations(stage: StoreStage): void {
  it('are told apart by their activations, and by versions of the account, whatever the clock says', async () => {
    const { subjectId, ...first } = await stage.newMethod();
    const before = await stage.method(subjectId, 'app');
    const second = await stage.addMethod(subjectId, 'email', addSeconds(NOW, -7200));
    expect(Number(second.activatedVersion)).toBeGreaterThan(Number(first.activatedVersion));
    const { methods } = stage.stores;
    await stage.run(subjectId, (own) => methods.deactivate(second, own));
    const off = await stage.method(subjectId, 'email');
    expect(off.version).toBeGreaterThan(second.version);
    await stage.run(subjectId, (own) =>
      methods.activate(second, { at: addSeconds(NOW, -9000), sessionId: null }, own),
    );
    const again = await stage.method(subjectId, 'email');
    expect(again.activation).toBe(again.version);
    expect(again.activation).not.toBe(second.activation);
    expect(Number(again.activatedVersion)).toBeGreaterThan(Number(second.activatedVersion));
    expect(await stage.method(subjectId, 'app')).toEqual(before);
  });
}

function describePrimary(stage: StoreStage): void {
  it('can be made primary when they are active, in the place of the one that was', async () => {
    const { subjectId } = await stage.newMethod();
    const second = await stage.addMethod(subjectId, 'email', NOW);
    const pending = await stage.addMethod(subjectId, 'sms', null);
    const makePrimary = (method: typeof second) =>
      stage.run(subjectId, (own) => stage.stores.methods.makePrimary(method, own));
    expect(await makePrimary(second)).toBe(true);
    expect(await primariesOf(stage, subjectId)).toEqual(['email']);
    expect(await makePrimary(pending)).toBe(false);
  });

  it('leave their place as primary to the one that has been active longest', async () => {
    const primary = await stage.newMethod();
    const { subjectId } = primary;
    await stage.addMethod(subjectId, 'pin', null);
    await stage.addMethod(subjectId, 'sms', addSeconds(LATER, 1));
    await stage.addMethod(subjectId, 'email', LATER);
    const remove = () => stage.run(subjectId, (own) => stage.stores.methods.delete(primary, own));
    expect(await remove()).toBe(true);
    expect(await primariesOf(stage, subjectId)).toEqual(['sms']);
    expect(await remove()).toBe(false);
    expect(await primariesOf(stage, subjectId)).toEqual(['sms']);
  });
}
