/// <reference types="jest" />
import { type AttemptBudgets, type AttemptRequest, type Refusal } from '../core/ports/attempts.js';
import { type ChallengeRecord, type MethodRecord } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { AMPLE, atOnce, LIFETIME_SECONDS, NOW, type StoreStage } from './store-contract.stage.js';

/** One obstacle to an attempt. */
interface Obstacle {
  readonly reason: Refusal['reason'];
  /** Creates the obstacle. */
  readonly put?: (
    stage: StoreStage,
    target: { readonly challenge: ChallengeRecord; readonly method: MethodRecord },
  ) => Promise<unknown>;
  readonly changes?: Partial<AttemptRequest>;
}

/** Rules for the budgets of guesses. */
export function describeSpending(stage: StoreStage): void {
  describeSpent(stage);
  describeRefusals(stage);
  describeCost(stage);
  describeLocks(stage);
  describeLastLock(stage);
  describeGivingBack(stage);
}

function describeSpent(stage: StoreStage): void {
  it('gives what the attempt is judged by, counted', async () => {
    const method = await stage.newMethod();
    const challenge = await stage.openChallenge(method, { data: { hash: 'ü' } });
    const spent = await stage.spend(challenge);
    expect(spent.challenge).toEqual({ ...challenge, attempts: 1 });
    expect(spent.method).toEqual(method);
    expect(spent).toMatchObject({ backupCode: null, locksMethod: false, locksAccount: false });
    expect((await stage.challenge(challenge)).attempts).toBe(1);
  });

  it('finds the backup code that the proof may be', async () => {
    const method = await stage.newMethod();
    const [setId, code] = [stage.newId(), { lookup: 'tag', hash: 'slow' }];
    const set = { id: setId, codes: [code], at: NOW };
    await stage.run(method.subjectId, (own) =>
      stage.stores.backupCodes.replaceAll(method.subjectId, set, own),
    );
    const challenge = await stage.openChallenge(method);
    const backupLookups = ['tag of another key', 'tag'];
    expect((await stage.spend(challenge, { backupLookups })).backupCode).toEqual({
      ...code,
      setId,
    });
    const stranger = await stage.openChallenge(await stage.newMethod());
    expect((await stage.spend(stranger, { backupLookups })).backupCode).toBeNull();
  });
}

/** Challenges whose attempts are refused. */
const OBSTACLES: Record<string, Obstacle> = {
  'is for another purpose': { reason: 'no_challenge', changes: { purpose: 'manage' } },
  'is from before the password changed': {
    reason: 'no_challenge',
    changes: { credentialsVersion: '2' },
  },
  'is too old': {
    reason: 'no_challenge',
    changes: { now: addSeconds(NOW, LIFETIME_SECONDS) },
  },
  'is cancelled': {
    reason: 'no_challenge',
    put: (stage, { challenge }) => stage.stores.challenges.cancelAll(challenge.subjectId, NOW),
  },
  'lost its method': {
    reason: 'method_gone',
    put: (stage, { method }) =>
      stage.run(method.subjectId, (own) => stage.stores.methods.delete(method, own)),
  },
  'has a method that was inactive meanwhile': {
    reason: 'method_gone',
    put: (stage, { method }) => interrupt(stage, method),
  },
  'is of a handler that cannot read the proof': {
    reason: 'unreadable',
    changes: { handlers: ['pin'] },
  },
  'has no attempts left': {
    reason: 'exhausted',
    put: (stage, { challenge }) => stage.spend(challenge),
    changes: { budgets: { ...AMPLE, maxAttemptsPerChallenge: 1 } },
  },
};

/** Deactivates an active method, and activates it again a second later. */
async function interrupt(stage: StoreStage, { subjectId, id }: MethodRecord): Promise<void> {
  const other = await stage.addMethod(subjectId, 'email', NOW);
  await stage.run(subjectId, async (own) => {
    await stage.stores.methods.makePrimary(other, own);
    await stage.stores.methods.deactivate({ subjectId, id }, own);
    await stage.stores.methods.activate(
      { subjectId, id },
      { at: addSeconds(NOW, 1), sessionId: null },
      own,
    );
  });
}

function describeRefusals(stage: StoreStage): void {
  it.each(Object.entries(OBSTACLES))('is refused when the challenge %s', async (_, obstacle) => {
    const method = await stage.newMethod();
    const challenge = await stage.openChallenge(method);
    expect(await stage.stores.attempts.explain(stage.request(challenge))).toBeNull();
    await obstacle.put?.(stage, { challenge, method });
    const request = stage.request(challenge, obstacle.changes);
    expect(await stage.stores.attempts.spend(request)).toBeNull();
    const refusal = await stage.stores.attempts.explain(request);
    expect(refusal).toMatchObject({ reason: obstacle.reason });
  });

  it("is refused where there is no such challenge, or it is somebody else's", async () => {
    const method = await stage.newMethod();
    const challenge = await stage.openChallenge(method);
    const { subjectId } = await stage.newMethod();
    for (const key of [
      { ...challenge, id: 'none' },
      { ...challenge, subjectId },
    ]) {
      expect(await stage.stores.attempts.spend(stage.request(key))).toBeNull();
      const refusal = await stage.stores.attempts.explain(stage.request(key));
      expect(refusal).toEqual({ reason: 'no_challenge' });
    }
  });
}

function describeCost(stage: StoreStage): void {
  it('takes the proof of a method that is not active yet when it is to confirm it', async () => {
    const method = await stage.addMethod(stage.newSubject(), 'app', null);
    const challenge = await stage.openChallenge(method, { purpose: 'enrol' });
    await expect(stage.spend(challenge, { purpose: 'enrol' })).resolves.toBeDefined();
  });

  it('is refused as without its method when the one that it was to confirm is gone', async () => {
    const method = await stage.addMethod(stage.newSubject(), 'app', null);
    const challenge = await stage.openChallenge(method, { purpose: 'enrol' });
    await stage.run(method.subjectId, (own) => stage.stores.methods.delete(method, own));
    const request = stage.request(challenge, { purpose: 'enrol' });
    expect(await stage.stores.attempts.explain(request)).toEqual({ reason: 'method_gone' });
  });

  it('costs nothing when it is refused', async () => {
    const method = await stage.newMethod();
    const budgets = { ...AMPLE, maxAttemptsPerChallenge: 1, maxFailuresPerMethod: 3 };
    const challenge = await stage.openChallenge(method);
    await stage.spend(challenge, { budgets });
    await atOnce(6, () => stage.stores.attempts.spend(stage.request(challenge, { budgets })));
    const next = await stage.spend(await stage.openChallenge(method), { budgets });
    expect(next.locksMethod).toBe(false);
    expect((await stage.challenge(challenge)).attempts).toBe(1);
  });
}

/** The time some seconds later. */
function until(seconds: number): Date {
  return addSeconds(NOW, seconds);
}

/** Spends attempts on new challenges. */
function guesser(stage: StoreStage, budgets: AttemptBudgets) {
  return {
    guess: async (method: MethodRecord, now = NOW) =>
      stage.spend(await stage.openChallenge(method), { budgets, now }),
    refusalOf: async (method: MethodRecord, now = NOW) => {
      const request = stage.request(await stage.openChallenge(method), { budgets, now });
      expect(await stage.stores.attempts.spend(request)).toBeNull();
      return stage.stores.attempts.explain(request);
    },
  };
}

function describeLocks(stage: StoreStage): void {
  it('locks the method at its budget, for as long as it should, and longer each time', async () => {
    const method = await stage.newMethod();
    const { guess, refusalOf } = guesser(stage, {
      ...AMPLE,
      maxFailuresPerMethod: 2,
      lockSeconds: [60, 120],
    });
    expect(await guess(method)).toMatchObject({ locksMethod: false });
    expect(await guess(method)).toMatchObject({ locksMethod: true, locksAccount: false });
    const first = { reason: 'method_locked', until: until(60) };
    expect(await refusalOf(method, until(59.999))).toEqual(first);
    await guess(method, until(60));
    await guess(method, until(60));
    const second = { reason: 'method_locked', until: until(180) };
    expect(await refusalOf(method, until(179))).toEqual(second);
    await guess(method, until(180));
    await guess(method, until(180));
    const last = { reason: 'method_locked', until: until(300) };
    expect(await refusalOf(method, until(299))).toEqual(last);
  });

  it('locks the account over all of its methods', async () => {
    const method = await stage.newMethod();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    const { guess, refusalOf } = guesser(stage, { ...AMPLE, maxFailuresPerAccount: 2 });
    expect(await guess(method)).toMatchObject({ locksAccount: false });
    expect(await guess(other)).toMatchObject({ locksAccount: true, locksMethod: false });
    const locked = { reason: 'account_locked', until: until(60) };
    expect(await refusalOf(method)).toEqual(locked);
    await expect(guess(await stage.newMethod())).resolves.toBeDefined();
  });
}

function describeLastLock(stage: StoreStage): void {
  it('locks a method for good in the end, until it is set up anew', async () => {
    const method = await stage.newMethod();
    const { guess, refusalOf } = guesser(stage, { ...AMPLE, maxFailuresEver: 2 });
    await guess(method);
    expect(await guess(method)).toMatchObject({ locksMethod: true });
    const forever = { reason: 'method_locked', until: null };
    expect(await refusalOf(method, until(800))).toEqual(forever);
    const { subjectId } = method;
    await stage.run(subjectId, (own) => stage.stores.methods.delete(method, own));
    const anew = await stage.addMethod(subjectId, 'app', NOW);
    await expect(guess(anew)).resolves.toBeDefined();
  });

  it('keeps counting when a method is saved anew: a set-up refills no budget', async () => {
    const method = await stage.newMethod();
    const { guess } = guesser(stage, { ...AMPLE, maxFailuresPerMethod: 2 });
    await guess(method);
    const anew = { ...method, id: stage.newId() };
    await stage.run(method.subjectId, (own) => stage.stores.methods.save(anew, own));
    expect(await guess(anew)).toMatchObject({ locksMethod: true });
  });
}

function describeGivingBack(stage: StoreStage): void {
  const budgets = { ...AMPLE, maxFailuresPerMethod: 2 };
  const guess = async (method: MethodRecord) =>
    stage.spend(await stage.openChallenge(method), { budgets });

  it('gives one attempt back, with the lock that it brought', async () => {
    const method = await stage.newMethod();
    await guess(method);
    const spent = await guess(method);
    expect(spent.locksMethod).toBe(true);
    await stage.stores.attempts.giveBack(spent);
    expect(await guess(method)).toMatchObject({ locksMethod: true });
  });
}
