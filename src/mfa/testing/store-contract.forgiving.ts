/// <reference types="jest" />
import { type SpentAttempt } from '../core/ports/attempts.js';
import { addSeconds } from '../contract/clock.js';
import { Guesser, PURPOSES } from './store-contract.paying.js';
import { AMPLE, NOW, type StoreStage } from './store-contract.stage.js';

/** Rules for attempts that are given back. */
export function describeForgivingPayers(stage: StoreStage): void {
  const guesser = new Guesser(stage);
  describeForgivenSessions(stage, guesser);
  describeOwnAttempts(stage, guesser);
  describeOtherFactors(stage, guesser);
  describeGivenBack(stage, guesser);
  describeGivenBackToOne(stage, guesser);
  describeOtherLocks(stage, guesser);
  describeGivenBackInPart(stage, guesser);
}

/** Commits a right proof. */
function settler(stage: StoreStage) {
  return async (spent: SpentAttempt) =>
    expect(await stage.settle(stage.settlement(spent))).toBe(true);
}

function describeForgivenSessions(stage: StoreStage, guesser: Guesser): void {
  const settle = settler(stage);

  it.each(['manage', 'step_up'] as const)(
    'forgives session and method by a right proof of %s, and nothing by one of enrol',
    async (purpose) => {
      const method = await stage.newMethod();
      await guesser.guess(method, 'login');
      const three = { budgets: { ...AMPLE, maxFailuresPerSession: 3, maxFailuresOverSessions: 3 } };
      await guesser.guess(method, 'enrol', three);
      await settle(await guesser.guess(method, 'enrol', three));
      const second = await guesser.guess(method, 'enrol', three);
      expect(second).toMatchObject({ locksSession: false });
      const third = await guesser.guess(method, purpose, three);
      expect(third).toMatchObject({ locksSession: true, locksAllSessions: true });
      await settle(third);
      const unlocked = { locksSession: false, locksAllSessions: false };
      expect(await guesser.guess(method, 'enrol', three)).toMatchObject(unlocked);
      expect(await guesser.guess(method, 'enrol', three)).toMatchObject(unlocked);
      const login = await guesser.guess(method, 'login');
      expect(login).toMatchObject({ locksMethod: false, locksAccount: false });
    },
  );
}

function describeOtherFactors(stage: StoreStage, guesser: Guesser): void {
  const settle = settler(stage);

  it('forgives no guesses at one factor by a right proof of another', async () => {
    const method = await stage.newMethod();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    const two = { budgets: { ...AMPLE, maxFailuresPerSession: 2, maxFailuresOverSessions: 2 } };
    await guesser.guess(method, 'step_up', two);
    await settle(await guesser.guess(other, 'step_up', two));
    const last = await guesser.guess(method, 'step_up', two);
    expect(last).toMatchObject({ locksSession: true, locksAllSessions: true });
    await settle(await guesser.guess(other, 'step_up', two));
    expect(await guesser.refusal(method, 'step_up', two)).toMatchObject({
      reason: 'session_locked',
    });
  });

  it('forgives no guesses at backup codes by what cannot be guessed', async () => {
    const method = await stage.newMethod();
    const key = { unguessable: ['app'] };
    const code = { ...key, backupLookups: ['tag'] };
    await guesser.guess(method, 'step_up', code);
    await settle(await guesser.guess(method, 'step_up', key));
    // The key was right, so the code is no guess: only its own attempt is given back.
    await settle(await guesser.guess(method, 'step_up', code));
    expect(await guesser.guess(method, 'step_up', code)).toMatchObject({ locksSession: true });
  });
}

function describeOwnAttempts(stage: StoreStage, guesser: Guesser): void {
  const settle = settler(stage);

  it('leaves what was guessed at a login to be counted by a right proof of enrol', async () => {
    const method = await stage.newMethod();
    await guesser.guess(method, 'login');
    await settle(await guesser.guess(method, 'enrol'));
    const login = await guesser.guess(method, 'login');
    expect(login).toMatchObject({ locksMethod: true, locksAccount: true });
  });

  it('forgives a session no more by a backup code than its own attempt', async () => {
    const method = await stage.newMethod();
    const { subjectId } = method;
    const code = { lookup: 'tag', hash: 'slow' };
    await stage.run(subjectId, (own) =>
      stage.stores.backupCodes.replaceAll(
        subjectId,
        { id: stage.newId(), codes: [code], at: NOW },
        own,
      ),
    );
    await guesser.guess(method, 'step_up');
    const spent = await guesser.guess(method, 'step_up', { backupLookups: ['tag'] });
    const proven = { by: 'backup_code', lookup: 'tag' } as const;
    await stage.settle(stage.settlement(spent, { proven }));
    expect(await guesser.guess(method, 'step_up')).toMatchObject({ locksSession: true });
  });
}

function describeGivenBack(stage: StoreStage, guesser: Guesser): void {
  const giveBack = (spent: SpentAttempt) => stage.stores.attempts.giveBack(spent);

  it.each(PURPOSES)(
    'gives an attempt of %s back, with its lock and its challenge',
    async (purpose) => {
      const method = await stage.newMethod();
      await guesser.guess(method, purpose);
      const spent = await guesser.guess(method, purpose);
      await giveBack(spent);
      expect((await stage.challenge(spent.challenge)).attempts).toBe(0);
      const { locksMethod, locksAccount, locksSession } = spent;
      expect([locksMethod && locksAccount, locksSession]).toContain(true);
      const again = await guesser.guess(method, purpose);
      expect(again).toMatchObject({ locksMethod, locksAccount, locksSession });
    },
  );

  it('takes no more from the account than from the method', async () => {
    const method = await stage.newMethod();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    const budgets = { ...AMPLE, maxFailuresPerAccount: 3 };
    const loser = await guesser.guess(method, 'login', { budgets });
    const winner = await guesser.guess(method, 'login', { budgets });
    await stage.settle(stage.settlement(winner));
    await guesser.guess(other, 'login', { budgets });
    await guesser.guess(other, 'login', { budgets });
    await giveBack(loser);
    expect(await guesser.guess(other, 'login', { budgets })).toMatchObject({ locksAccount: true });
  });
}

function describeGivenBackToOne(stage: StoreStage, guesser: Guesser): void {
  const giveBack = (spent: SpentAttempt) => stage.stores.attempts.giveBack(spent);

  it('gives a challenge nothing back that has begun anew', async () => {
    const method = await stage.newMethod();
    const spent = await guesser.guess(method, 'login');
    const createdAt = addSeconds(spent.challenge.createdAt, 1);
    const anew = { ...spent.challenge, createdAt };
    await stage.stores.challenges.open(anew, 'replace', null);
    await stage.spend(anew);
    await giveBack(spent);
    expect((await stage.challenge(anew)).attempts).toBe(1);
  });

  it('gives what was counted on account or session alone back to that', async () => {
    const method = await stage.newMethod();
    const byCode = { unguessable: ['app'], backupLookups: ['tag'] };
    for (const purpose of ['login', 'step_up'] as const) {
      await guesser.guess(method, purpose, byCode);
      const { locksAccount, locksSession, ...spent } = await guesser.guess(method, purpose, byCode);
      await giveBack({ ...spent, locksAccount, locksSession });
      const again = await guesser.guess(method, purpose, byCode);
      expect(again).toMatchObject({ locksAccount, locksSession });
    }
  });
}

function describeOtherLocks(stage: StoreStage, guesser: Guesser): void {
  it.each(PURPOSES)('leaves a lock that another attempt of %s has set since', async (purpose) => {
    const method = await stage.newMethod();
    await guesser.guess(method, purpose);
    const spent = await guesser.guess(method, purpose);
    const later = { now: addSeconds(NOW, 61) };
    await guesser.guess(method, purpose, later);
    await guesser.guess(method, purpose, later);
    await stage.stores.attempts.giveBack(spent);
    const until = addSeconds(later.now, 120);
    expect(await guesser.refusal(method, purpose, later)).toMatchObject({ until });
  });
}

function describeGivenBackInPart(stage: StoreStage, guesser: Guesser): void {
  const giveBack = (spent: SpentAttempt) => stage.stores.attempts.giveBack(spent);

  it('gives the account back what it can where the method is gone', async () => {
    const method = await stage.newMethod();
    const { subjectId } = method;
    const other = await stage.addMethod(subjectId, 'email', NOW);
    await guesser.guess(method, 'login');
    const spent = await guesser.guess(method, 'login');
    await stage.run(subjectId, (own) => stage.stores.methods.delete(method, own));
    await giveBack(spent);
    expect(await guesser.guess(other, 'login')).toMatchObject({ locksAccount: true });
  });

  it('gives account and method back what it can where the challenge is gone', async () => {
    const method = await stage.newMethod();
    await guesser.guess(method, 'login');
    const spent = await guesser.guess(method, 'login');
    await giveBack({ ...spent, challenge: { ...spent.challenge, id: stage.newId() } });
    const again = await guesser.guess(method, 'login');
    expect(again).toMatchObject({ locksMethod: true, locksAccount: true });
  });

  it('gives one attempt back to all sessions, with the lock that it brought', async () => {
    const method = await stage.newMethod();
    const budgets = { ...AMPLE, maxFailuresOverSessions: 2 };
    await guesser.guess(method, 'step_up', { budgets, sessionId: 's1' });
    const spent = await guesser.guess(method, 'step_up', { budgets, sessionId: 's2' });
    expect(spent).toMatchObject({ locksAllSessions: true });
    await giveBack(spent);
    const again = await guesser.guess(method, 'step_up', { budgets, sessionId: 's3' });
    expect(again).toMatchObject({ locksAllSessions: true });
  });
}
