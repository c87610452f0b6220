/// <reference types="jest" />
import { type SendAllowance } from '../core/send-budgets.js';
import { addSeconds } from '../kit/clock.js';
import { atOnce, NOW, type StoreStage } from './store-contract.stage.js';

/** Rules on backup codes, on what may be sent, and on the audit. */
export function describeCounting(stage: StoreStage): void {
  describeBackupCodes(stage);
  describeSends(stage);
  describeRelease(stage);
  describeEvents(stage);
}

function describeBackupCodes(stage: StoreStage): void {
  const setOf = (...lookups: string[]) => lookups.map((lookup) => ({ lookup, hash: 'slow' }));

  it('replaces a set of backup codes as a whole', async () => {
    const { subjectId, ...method } = await stage.newMethod();
    const { backupCodes } = stage.stores;
    const replace = (codes: ReturnType<typeof setOf>, at: Date) =>
      stage.run(subjectId, (own) => backupCodes.replaceAll(subjectId, { codes, at }, own));
    await replace(setOf('a', 'b', 'c'), NOW);
    const later = addSeconds(NOW, 60);
    await replace(setOf('c', 'd'), later);
    const all = { remaining: 2, total: 2, createdAt: later };
    expect(await backupCodes.count(subjectId)).toEqual(all);
    const challenge = await stage.openChallenge({ ...method, subjectId });
    expect(await stage.spend(challenge, { backupLookups: ['a'] })).toMatchObject({
      backupCode: null,
    });
    expect(await stage.spend(challenge, { backupLookups: ['c'] })).toMatchObject({
      backupCode: { lookup: 'c' },
    });
  });

  it('counts no backup codes where there is no set', async () => {
    const [subjectId, other] = [stage.newSubject(), stage.newSubject()];
    const { backupCodes } = stage.stores;
    for (const id of [subjectId, other]) {
      await stage.run(id, (own) => backupCodes.replaceAll(id, { codes: setOf('a'), at: NOW }, own));
    }
    await stage.run(subjectId, (own) => backupCodes.deleteAll(subjectId, own));
    const none = { remaining: 0, total: 0, createdAt: null };
    expect(await backupCodes.count(subjectId)).toEqual(none);
    expect(await backupCodes.count(other)).toMatchObject({ remaining: 1 });
  });
}

function allowance(
  stage: StoreStage,
  changes: { key?: string; maxSends?: number; cooldownSeconds?: number } = {},
): SendAllowance {
  return {
    key: stage.newId(),
    cooldownSeconds: 30,
    maxSends: 2,
    windowSeconds: 600,
    ...changes,
  };
}
/** So many seconds later. */
function at(seconds: number): Date {
  return addSeconds(NOW, seconds);
}

function describeSends(stage: StoreStage): void {
  it('lets nothing be sent within the cool-down, to the instant', async () => {
    const own = [allowance(stage)];
    const { sendBudgets } = stage.stores;
    expect(await sendBudgets.take(own, NOW)).toEqual({ allowed: true });
    const refused = { allowed: false, reason: 'cooldown', until: at(30) };
    expect(await sendBudgets.take(own, at(29.999))).toEqual(refused);
    expect(await sendBudgets.take(own, at(30))).toEqual({ allowed: true });
  });

  it('lets no more be sent than the limit of a window, and again in the next', async () => {
    const own = [allowance(stage, { cooldownSeconds: 0 })];
    const { sendBudgets } = stage.stores;
    await sendBudgets.take(own, NOW);
    await sendBudgets.take(own, at(1));
    const refused = { allowed: false, reason: 'limit', until: at(600) };
    expect(await sendBudgets.take(own, at(599))).toEqual(refused);
    expect(await sendBudgets.take(own, at(600))).toEqual({ allowed: true });
  });

  it('takes a send from all budgets or from none', async () => {
    const [free, spent] = [allowance(stage, { maxSends: 1 }), allowance(stage, { maxSends: 1 })];
    const { sendBudgets } = stage.stores;
    await sendBudgets.take([spent], NOW);
    expect(await sendBudgets.take([free, spent], at(60))).toMatchObject({ allowed: false });
    expect(await sendBudgets.take([free], at(60))).toEqual({ allowed: true });
  });
}

function describeRelease(stage: StoreStage): void {
  it('ends the cool-down of a send that failed, and keeps it counted', async () => {
    const own = [allowance(stage)];
    const { sendBudgets } = stage.stores;
    await sendBudgets.take(own, NOW);
    await sendBudgets.release(own);
    expect(await sendBudgets.take(own, at(1))).toEqual({ allowed: true });
    await sendBudgets.release(own);
    expect(await sendBudgets.take(own, at(2))).toMatchObject({ reason: 'limit' });
  });

  it('lets one be sent of many at one moment', async () => {
    const own = [allowance(stage), allowance(stage)];
    const verdicts = await atOnce(10, () => stage.stores.sendBudgets.take(own, NOW));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(1);
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
