/// <reference types="jest" />
import { type MethodRecord } from '../core/ports/stores.js';
import { AMPLE, NOW, type StoreStage } from './store-contract.stage.js';

const budgets = { ...AMPLE, maxFailuresPerAccount: 1 };

/** Rules for `forget`: it deletes everything of one subject and nothing of the others. */
export function describeAccounts(stage: StoreStage): void {
  it('leaves nothing of a subject in any store, and all of others', async () => {
    const [gone, stays] = [await fill(stage), await fill(stage)];
    await forget(stage, gone);
    const none = { methods: 0, challenges: 0, backupCodes: 0, events: 0, sends: 0 };
    expect(await keptOf(stage, gone)).toEqual(none);
    const one = { methods: 1, challenges: 1, backupCodes: 1, events: 1, sends: 1 };
    expect(await keptOf(stage, stays)).toEqual(one);
  });

  it('lets a subject begin anew, without its old lock', async () => {
    const { subjectId, ...gone } = await fill(stage);
    const locked = await stage.openChallenge({ ...gone, subjectId });
    const refusal = await stage.stores.attempts.explain(stage.request(locked, { budgets }));
    expect(refusal).toMatchObject({ reason: 'account_locked' });
    await forget(stage, { ...gone, subjectId });
    const anew = await stage.addMethod(subjectId, 'app', NOW);
    await expect(stage.spend(await stage.openChallenge(anew))).resolves.toBeDefined();
  });

  it('does nothing for a subject of whom nothing is kept', async () => {
    const subjectId = stage.newSubject();
    await stage.run(subjectId, (own) => stage.stores.accounts.forget(subjectId, own));
    expect(await stage.stores.methods.list(subjectId)).toEqual([]);
  });
}

const sendsOf = (subjectId: string) => [
  {
    key: `subject:${subjectId}:login`,
    subjectId,
    cooldownSeconds: 30,
    maxSends: 1,
    windowSeconds: 600,
  },
];

/** Puts something into every store, and sets a lock. */
async function fill(stage: StoreStage): Promise<MethodRecord> {
  const method = await stage.newMethod();
  const { subjectId } = method;
  const codes = [{ lookup: 'a', hash: 'slow' }];
  const { backupCodes, events, sendBudgets } = stage.stores;
  await stage.run(subjectId, (own) =>
    backupCodes.replaceAll(subjectId, { id: stage.newId(), codes, at: NOW }, own),
  );
  await events.append([stage.event(subjectId)]);
  await sendBudgets.take(sendsOf(subjectId), NOW);
  await stage.spend(await stage.openChallenge(method, { id: 'open' }), { budgets });
  return method;
}

async function keptOf(stage: StoreStage, { subjectId }: MethodRecord) {
  const { methods, challenges, backupCodes, sendBudgets } = stage.stores;
  const sends = sendBudgets.take(sendsOf(subjectId), NOW);
  return {
    methods: (await methods.list(subjectId)).length,
    challenges: (await challenges.findOpen({ subjectId, id: 'open' }, NOW)) === null ? 0 : 1,
    backupCodes: (await backupCodes.count(subjectId)).total,
    events: (await stage.stores.eventTypesOf(subjectId)).length,
    sends: (await sends).allowed ? 0 : 1,
  };
}

function forget(stage: StoreStage, { subjectId }: MethodRecord): Promise<void> {
  return stage.run(subjectId, (own) => stage.stores.accounts.forget(subjectId, own));
}
