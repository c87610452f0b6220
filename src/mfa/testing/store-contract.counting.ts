/// <reference types="jest" />
import { type StoredBackupCodes } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { NOW, type StoreStage } from './store-contract.stage.js';

/** Rules for backup codes and for the audit. */
export function describeCounting(stage: StoreStage): void {
  describeBackupCodes(stage);
  describeDeathOfCodes(stage);
  describeEvents(stage);
}

const setOf = (...lookups: string[]) => lookups.map((lookup) => ({ lookup, hash: 'slow' }));

function describeBackupCodes(stage: StoreStage): void {
  it('replaces a set of backup codes as a whole', async () => {
    const { subjectId, ...method } = await stage.newMethod();
    const { backupCodes, methods } = stage.stores;
    const id = stage.newId();
    const replace = (set: StoredBackupCodes) =>
      stage.run(subjectId, (own) => backupCodes.replaceAll(subjectId, set, own));
    await replace({ id: stage.newId(), codes: setOf('a', 'b', 'c'), at: NOW });
    const later = addSeconds(NOW, 60);
    await replace({ id, codes: setOf('c', 'd'), at: later });
    const all = { remaining: 2, total: 2, createdAt: later, id };
    expect(await backupCodes.count(subjectId)).toEqual(all);
    expect(await methods.read(subjectId)).toMatchObject({ methods: [{}], backupCodesId: id });
    const challenge = await stage.openChallenge({ ...method, subjectId });
    expect(await stage.spend(challenge, { backupLookups: ['a'] })).toMatchObject({
      backupCode: null,
    });
    expect(await stage.spend(challenge, { backupLookups: ['c'] })).toMatchObject({
      backupCode: { lookup: 'c', setId: id },
    });
  });
}

function describeDeathOfCodes(stage: StoreStage): void {
  it('counts no backup codes where there is no set', async () => {
    const [subjectId, other] = [stage.newSubject(), stage.newSubject()];
    const { backupCodes } = stage.stores;
    for (const id of [subjectId, other]) {
      const set = { id: stage.newId(), codes: setOf('a'), at: NOW };
      await stage.run(id, (own) => backupCodes.replaceAll(id, set, own));
    }
    const deleteAll = () => stage.run(subjectId, (own) => backupCodes.deleteAll(subjectId, own));
    expect([await deleteAll(), await deleteAll()]).toEqual([1, 0]);
    const none = { remaining: 0, total: 0, createdAt: null, id: null };
    expect(await backupCodes.count(subjectId)).toEqual(none);
    expect(await stage.stores.methods.read(subjectId)).toMatchObject({ backupCodesId: null });
    expect(await backupCodes.count(other)).toMatchObject({ remaining: 1 });
  });

  it('deletes the set of backup codes that is named, and no other one', async () => {
    const [subjectId, id] = [stage.newSubject(), stage.newId()];
    const { backupCodes } = stage.stores;
    const set = { id, codes: setOf('a'), at: NOW };
    await stage.run(subjectId, (own) => backupCodes.replaceAll(subjectId, set, own));
    const deleteSet = (named: string) =>
      stage.run(subjectId, (own) => backupCodes.deleteSet(subjectId, named, own));
    await deleteSet(stage.newId());
    expect(await backupCodes.count(subjectId)).toMatchObject({ total: 1, id });
    await deleteSet(id);
    expect(await backupCodes.count(subjectId)).toMatchObject({ total: 0, id: null });
  });
}

function describeEvents(stage: StoreStage): void {
  it('appends events in their order, with rows of the host', async () => {
    const subjectId = stage.newSubject();
    const [key, { events }] = [stage.newId(), stage.stores];
    const [setUp, activated] = ['method_set_up', 'method_activated'] as const;
    const together = [stage.event(subjectId, setUp), stage.event(subjectId, activated)];
    await events.append(together, { rows: [stage.stores.rowFor(key)] });
    await events.append([stage.event(subjectId, 'login_succeeded')]);
    const types = [setUp, activated, 'login_succeeded'];
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual(types);
    expect(await stage.stores.hasRow(key)).toBe(true);
  });

  it('appends no event whose row cannot be written', async () => {
    const subjectId = stage.newSubject();
    const row = stage.stores.rowFor(stage.newId());
    const write = () => stage.stores.events.append([stage.event(subjectId)], { rows: [row] });
    await write();
    await expect(write()).rejects.toThrow();
    expect(await stage.stores.eventTypesOf(subjectId)).toHaveLength(1);
  });
}
