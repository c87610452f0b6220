/// <reference types="jest" />
import { type AttemptRequest } from '../core/ports/attempts.js';
import { type ChallengePurpose } from '../core/ports/challenge-purpose.js';
import { type MethodRecord } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { AMPLE, NOW, type StoreStage } from './store-contract.stage.js';

const AHEAD_SECONDS = 7200;
/** Two wrong proofs lock for one minute, four for two. */
const BUDGETS = {
  ...AMPLE,
  maxFailuresPerMethod: 2,
  maxFailuresPerAccount: 3,
  maxFailuresPerSession: 2,
  maxFailuresOverSessions: 3,
};

/** Rules for the rows that a fast clock has left behind, once the clock is right again. */
export function describeClocks(stage: StoreStage): void {
  describeLocks(stage);
  describeSends(stage);
  describeOrder(stage);
}

const after = (seconds: number) => addSeconds(NOW, seconds);

async function requestOf(
  stage: StoreStage,
  method: MethodRecord,
  purpose: ChallengePurpose,
): Promise<AttemptRequest> {
  const lives = { createdAt: NOW, expiresAt: after(10 * AHEAD_SECONDS) };
  const challenge = await stage.openChallenge(method, { purpose, ...lives });
  const sessionId = purpose === 'login' ? null : 's1';
  return stage.request(challenge, { purpose, budgets: BUDGETS, sessionId });
}

function describeLocks(stage: StoreStage): void {
  it.each([
    ['login', 'method_locked', 2, 60],
    ['login', 'account_locked', 3, 60],
    ['manage', 'session_locked', 2, 60],
    ['manage', 'session_locked', 4, 120],
  ] as const)('lets a lock of %s, %s after %d guesses, last %d s from now', async (...given) => {
    const [purpose, reason, guesses, seconds] = given;
    const { attempts } = stage.stores;
    const request = await requestOf(stage, await stage.newMethod(), purpose);
    // Once a lock is over, the next guess counts.
    for (let times = 1; times <= guesses; times++) {
      const now = after(AHEAD_SECONDS + times * 100);
      expect(await attempts.spend({ ...request, now })).not.toBeNull();
    }
    expect(await attempts.spend(request)).toBeNull();
    expect(await attempts.explain(request)).toEqual({ reason, until: after(seconds) });
    const late = { ...request, now: after(seconds - 1) };
    expect(await attempts.spend(late)).toBeNull();
    expect(await attempts.explain(late)).toEqual({ reason, until: after(seconds) });
    expect(await attempts.spend({ ...request, now: after(seconds) })).not.toBeNull();
  });

  it('leaves a lock as it is that the present clock has set', async () => {
    const { attempts } = stage.stores;
    const request = await requestOf(stage, await stage.newMethod(), 'login');
    const spent = [await attempts.spend(request), await attempts.spend(request)];
    const [first] = spent;
    const refusal = { reason: 'method_locked', until: after(60) };
    expect(await attempts.explain({ ...request, now: after(1) })).toEqual(refusal);
    // The remaining count would give a lock of the same length.
    if (first !== null && first !== undefined) await attempts.giveBack(first);
    expect(await attempts.explain({ ...request, now: after(1) })).toEqual(refusal);
  });
}

function describeSends(stage: StoreStage): void {
  const limits = { maxSends: 2, windowSeconds: 600 };

  it.each([undefined, 4])('counts sends of the future as of now, in %s slots', async (slots) => {
    const { sendBudgets } = stage.stores;
    const own = { key: stage.newId(), cooldownSeconds: 0, ...limits };
    const divided = slots === undefined ? own : { ...own, slots };
    for (const seconds of [0, 1]) await sendBudgets.take([divided], after(AHEAD_SECONDS + seconds));
    const refused = { allowed: false, reason: 'limit', key: own.key, until: after(600) };
    expect(await sendBudgets.take([divided], NOW)).toEqual(refused);
    expect(await sendBudgets.take([divided], after(599))).toEqual(refused);
    expect(await sendBudgets.take([divided], after(600))).toMatchObject({ allowed: true });
  });

  it('counts one of the future together with one of now', async () => {
    const { sendBudgets } = stage.stores;
    const own = { key: stage.newId(), cooldownSeconds: 0, ...limits };
    await sendBudgets.take([own], after(AHEAD_SECONDS));
    expect(await sendBudgets.take([own], NOW)).toMatchObject({ allowed: true });
    const refused = { reason: 'limit', until: after(600) };
    expect(await sendBudgets.take([own], after(1))).toMatchObject(refused);
  });

  it('lets a cool-down of the future last as long as one from now', async () => {
    const { sendBudgets } = stage.stores;
    const own = { key: stage.newId(), cooldownSeconds: 30, ...limits };
    await sendBudgets.take([own], after(AHEAD_SECONDS));
    const refused = { reason: 'cooldown', until: after(30) };
    expect(await sendBudgets.take([own], NOW)).toMatchObject(refused);
    expect(await sendBudgets.take([own], after(29))).toMatchObject(refused);
    expect(await sendBudgets.take([own], after(30))).toMatchObject({ allowed: true });
  });
}

function describeOrder(stage: StoreStage): void {
  it('has a login ask for what was active before it, whatever the clock said then', async () => {
    const subjectId = stage.newSubject();
    const method = await stage.addMethod(subjectId, 'app', after(AHEAD_SECONDS));
    const request = await requestOf(stage, method, 'login');
    expect(await stage.stores.attempts.spend(request)).not.toBeNull();
    const other = await stage.addMethod(subjectId, 'email', after(-AHEAD_SECONDS));
    const login = await stage.challenge(request.key);
    const change = { methodId: other.id, handler: other.handler, data: null };
    expect(await stage.stores.challenges.change(login, change, NOW)).toBe(true);
    const asked = { ...request, handlers: ['email'] };
    expect(await stage.stores.attempts.spend(asked)).toBeNull();
    expect(await stage.stores.attempts.explain(asked)).toEqual({ reason: 'method_gone' });
  });
}
