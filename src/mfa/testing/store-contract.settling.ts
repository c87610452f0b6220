/// <reference types="jest" />
import { type Settlement, type SpentAttempt } from '../core/ports/attempts.js';
import { type MethodRecord } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { AMPLE, atOnce, LIFETIME_SECONDS, NOW, type StoreStage } from './store-contract.stage.js';

const AT_ONCE = 8;

/** Rules for right proofs: everything that belongs to one is committed once, or nothing is. */
export function describeSettling(stage: StoreStage): void {
  describeCommit(stage);
  describeReopening(stage);
  describeState(stage);
  describeWhatStands(stage);
  describeForgiving(stage);
  describeBackupCodes(stage);
}

function describeCommit(stage: StoreStage): void {
  it('ends the challenge, and writes state, rows and events', async () => {
    const method = await stage.newMethod();
    const { subjectId } = method;
    const spent = await stage.spend(await stage.openChallenge(method));
    const [key, now] = [stage.newId(), addSeconds(NOW, 5)];
    const settlement = stage.settlement(spent, { rows: [stage.stores.rowFor(key)], now });
    expect(await stage.settle(settlement)).toBe(true);
    const after = await stage.method(subjectId, 'app');
    const proven = { lastUsedAt: now, stateVersion: 2, version: method.version + 1 };
    expect(after).toMatchObject(proven);
    expect(after.authenticators).toMatchObject([{ state: { usedIn: spent.challenge.id } }]);
    expect(await stage.stores.hasRow(key)).toBe(true);
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual(['second_factor_succeeded']);
    expect(await stage.stores.challenges.findOpen(spent.challenge, NOW)).toBeNull();
  });

  it('happens once for one challenge, however many bring its proof at one moment', async () => {
    const method = await stage.newMethod();
    const challenge = await stage.openChallenge(method);
    const attempts = await atOnce(AT_ONCE, () => stage.spend(challenge));
    const keys = attempts.map(() => stage.newId());
    const settled = await atOnce(AT_ONCE, (index) => {
      const spent = attempts[index] ?? attempts[0];
      if (spent === undefined) throw new Error('No attempt was spent.');
      // The state is unchanged, so only the challenge distinguishes the first proof from the others.
      const { authenticators } = method;
      const proven = { by: 'method', authenticators, stateVersion: 1 } as const;
      const rows = [stage.stores.rowFor(keys[index] ?? '')];
      return stage.settle(stage.settlement(spent, { proven, rows }));
    });
    expect(settled.filter((isSettled) => isSettled)).toHaveLength(1);
    const written = await Promise.all(keys.map((key) => stage.stores.hasRow(key)));
    expect(written).toEqual(settled);
    expect(await stage.stores.eventTypesOf(method.subjectId)).toHaveLength(1);
  });
}

function describeReopening(stage: StoreStage): void {
  it.each(['replace', 'refresh', 'keep'] as const)(
    'does not happen for what was judged before its challenge was spent and opened again by %s',
    async (whenOpen) => {
      const method = await stage.newMethod();
      const challenge = await stage.openChallenge(method);
      const attempts = [await stage.spend(challenge), await stage.spend(challenge)];
      const { authenticators } = method;
      const proven = { by: 'method', authenticators, stateVersion: 1 } as const;
      const [first, second] = attempts.map((spent) => stage.settlement(spent, { proven }));
      if (first === undefined || second === undefined) throw new Error('Two were spent.');
      expect(await stage.settle(first)).toBe(true);
      await stage.stores.challenges.open(challenge, whenOpen, null);
      expect(await stage.settle(second)).toBe(false);
    },
  );
}

function describeState(stage: StoreStage): void {
  it('happens once for one state that a proof changes, over any number of challenges', async () => {
    const method = await stage.newMethod();
    const attempts = await atOnce(AT_ONCE, async () =>
      stage.spend(await stage.openChallenge(method)),
    );
    const settle = (spent: SpentAttempt) => stage.settle(stage.settlement(spent));
    const settled = await Promise.all(attempts.map(settle));
    expect(settled.filter((isSettled) => isSettled)).toHaveLength(1);
    const loser = attempts[settled.indexOf(false)];
    if (loser === undefined) throw new Error('Nobody lost.');
    const again = await stage.stores.attempts.reload(loser, NOW);
    expect(again?.method).toEqual(await stage.method(method.subjectId, 'app'));
    if (again !== null) expect(await settle(again)).toBe(true);
  });

  it('happens for each challenge where the proof leaves the state as it was', async () => {
    const method = await stage.newMethod();
    const { authenticators } = method;
    const proven = { by: 'method', authenticators, stateVersion: 1 } as const;
    const attempts = await atOnce(AT_ONCE, async () =>
      stage.spend(await stage.openChallenge(method)),
    );
    const settle = (spent: SpentAttempt) => stage.settle(stage.settlement(spent, { proven }));
    expect(await Promise.all(attempts.map(settle))).toEqual(attempts.map(() => true));
  });

  it('is undone with the transaction that it is part of', async () => {
    const method = await stage.newMethod();
    const spent = await stage.spend(await stage.openChallenge(method));
    const key = stage.newId();
    const settlement = stage.settlement(spent, { rows: [stage.stores.rowFor(key)] });
    const work = stage.run(method.subjectId, async (own) => {
      expect(await stage.settle(settlement, own)).toBe(true);
      throw new Error('undone');
    });
    await expect(work).rejects.toThrow('undone');
    expect(await stage.method(method.subjectId, 'app')).toEqual(method);
    expect(await stage.stores.hasRow(key)).toBe(false);
    expect(await stage.stores.attempts.reload(spent, NOW)).not.toBeNull();
  });
}

function describeWhatStands(stage: StoreStage): void {
  type Change = (spent: SpentAttempt, method: MethodRecord) => Promise<unknown>;
  const changes: Record<string, Change> = {
    'the challenge was cancelled': ({ challenge }) =>
      stage.stores.challenges.cancelAll(challenge.subjectId, NOW),
    'the challenge has other data': ({ challenge }) =>
      stage.stores.challenges.change(challenge, { ...challenge, data: 'new' }, NOW),
    'the method was saved anew': (_, method) =>
      stage.run(method.subjectId, (own) => stage.stores.methods.save(method, own)),
    'the method is gone': (_, method) =>
      stage.run(method.subjectId, (own) => stage.stores.methods.delete(method, own)),
  };

  it.each(Object.entries(changes))('does nothing when %s', async (_, change) => {
    const method = await stage.newMethod();
    const spent = await stage.spend(await stage.openChallenge(method));
    await change(spent, method);
    const key = stage.newId();
    const settlement = stage.settlement(spent, { rows: [stage.stores.rowFor(key)] });
    expect(await stage.settle(settlement)).toBe(false);
    expect(await stage.stores.hasRow(key)).toBe(false);
    expect(await stage.stores.eventTypesOf(method.subjectId)).toEqual([]);
  });

  it('finds nothing to judge again when the challenge is over', async () => {
    const method = await stage.newMethod();
    const spent = await stage.spend(await stage.openChallenge(method));
    const end = addSeconds(NOW, LIFETIME_SECONDS);
    expect(await stage.stores.attempts.reload(spent, NOW)).toEqual(spent);
    expect(await stage.stores.attempts.reload(spent, end)).toBeNull();
    await stage.settle(stage.settlement(spent));
    expect(await stage.stores.attempts.reload(spent, NOW)).toBeNull();
  });

  it('finds nothing to judge again when the challenge asks for another method', async () => {
    const method = await stage.newMethod();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    const spent = await stage.spend(await stage.openChallenge(method));
    const change = { methodId: other.id, handler: other.handler, data: null };
    await stage.stores.challenges.change(spent.challenge, change, NOW);
    expect(await stage.stores.attempts.reload(spent, NOW)).toBeNull();
  });
}

function describeForgiving(stage: StoreStage): void {
  const budgets = { ...AMPLE, maxFailuresPerMethod: 2, maxFailuresPerAccount: 4 };
  const guess = async (method: MethodRecord) =>
    stage.spend(await stage.openChallenge(method), { budgets });
  const settle = (settlement: Settlement) => stage.settle(settlement);

  it('forgives the failures of its own method, and the lock that it would have been', async () => {
    const method = await stage.newMethod();
    await guess(method);
    const spent = await guess(method);
    expect(spent.locksMethod).toBe(true);
    expect(await settle(stage.settlement(spent))).toBe(true);
    expect(await guess(method)).toMatchObject({ locksMethod: false });
    expect(await guess(method)).toMatchObject({ locksMethod: true, locksAccount: false });
  });

  it('lifts the lock of the account that it would have been', async () => {
    const method = await stage.newMethod();
    const strict = { budgets: { ...AMPLE, maxFailuresPerAccount: 1 } };
    const spent = await stage.spend(await stage.openChallenge(method), strict);
    expect(spent.locksAccount).toBe(true);
    expect(await settle(stage.settlement(spent))).toBe(true);
    const next = await stage.openChallenge(method);
    await expect(stage.spend(next, strict)).resolves.toBeDefined();
  });

  it('forgives no other method', async () => {
    const method = await stage.newMethod();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    await guess(other);
    expect(await settle(stage.settlement(await guess(method)))).toBe(true);
    expect(await guess(other)).toMatchObject({ locksMethod: true });
  });

  it('forgives with a backup code no more than its own attempt', async () => {
    const method = await stage.newMethod();
    const { subjectId } = method;
    const set = { id: stage.newId(), codes: [{ lookup: 'tag', hash: 'slow' }], at: NOW };
    await stage.run(subjectId, (own) => stage.stores.backupCodes.replaceAll(subjectId, set, own));
    await guess(method);
    const challenge = await stage.openChallenge(method);
    const spent = await stage.spend(challenge, { budgets, backupLookups: ['tag'] });
    const proven = { by: 'backup_code', lookup: 'tag' } as const;
    expect(await settle(stage.settlement(spent, { proven }))).toBe(true);
    expect((await stage.method(subjectId, 'app')).version).toBe(method.version);
    expect(await guess(method)).toMatchObject({ locksMethod: true });
  });
}

function describeBackupCodes(stage: StoreStage): void {
  it('spends a backup code once, over any number of challenges', async () => {
    const method = await stage.newMethod();
    const { subjectId } = method;
    const codes = ['a', 'b'].map((lookup) => ({ lookup, hash: 'slow' }));
    await stage.run(subjectId, (own) =>
      stage.stores.backupCodes.replaceAll(subjectId, { id: stage.newId(), codes, at: NOW }, own),
    );
    const attempts = await atOnce(AT_ONCE, async () =>
      stage.spend(await stage.openChallenge(method), { backupLookups: ['a'] }),
    );
    const proven = { by: 'backup_code', lookup: 'a' } as const;
    const settle = (spent: SpentAttempt) => stage.settle(stage.settlement(spent, { proven }));
    const settled = await Promise.all(attempts.map(settle));
    expect(settled.filter((isSettled) => isSettled)).toHaveLength(1);
    expect(await stage.stores.backupCodes.count(subjectId)).toMatchObject({ remaining: 1 });
    const loser = attempts[settled.indexOf(false)];
    if (loser === undefined) throw new Error('Nobody lost.');
    expect(await stage.stores.attempts.reload(loser, NOW)).toMatchObject({ backupCode: null });
    const next = await stage.openChallenge(method);
    expect((await stage.spend(next, { backupLookups: ['a'] })).backupCode).toBeNull();
  });
}
