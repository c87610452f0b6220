/// <reference types="jest" />
import { type AttemptRequest, type SpentAttempt } from '../core/ports/attempts.js';
import { type ChallengePurpose } from '../core/ports/challenge-purpose.js';
import { type MethodRecord } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { AMPLE, atOnce, NOW, type StoreStage } from './store-contract.stage.js';

/** Rules for who pays for a guess: the login, or the session of the guess. */
export function describePaying(stage: StoreStage): void {
  const guesser = new Guesser(stage);
  describeSessions(stage, guesser);
  describeAllSessions(stage, guesser);
  describeUnguessable(stage, guesser);
  describeSharedSessions(stage, guesser);
  describeCodesInItsPlace(stage, guesser);
}

const STRICT = {
  ...AMPLE,
  maxFailuresPerMethod: 2,
  maxFailuresPerAccount: 2,
  maxFailuresPerSession: 2,
};
/** Two for each session, five for all sessions together. */
const OVER_ALL = { budgets: { ...STRICT, maxFailuresOverSessions: 5 } };
const SESSION_PURPOSES: readonly ChallengePurpose[] = ['enrol', 'manage', 'step_up'];
/** All purposes of a proof. */
export const PURPOSES: readonly ChallengePurpose[] = ['login', ...SESSION_PURPOSES];
const NOTHING = { onMethod: false, onAccount: false, onSession: false };

/** Spends attempts on new challenges, with budgets of two. */
export class Guesser {
  constructor(private readonly stage: StoreStage) {}

  async request(
    method: MethodRecord,
    purpose: ChallengePurpose,
    changes: Partial<AttemptRequest> = {},
  ): Promise<AttemptRequest> {
    const challenge = await this.stage.openChallenge(method, { purpose });
    const own = { purpose, budgets: STRICT, sessionId: purpose === 'login' ? null : 's1' };
    return this.stage.request(challenge, { ...own, ...changes });
  }

  /** @throws {Error} if no attempt is spent */
  async guess(...target: Parameters<Guesser['request']>): Promise<SpentAttempt> {
    const request = await this.request(...target);
    const spent = await this.stage.stores.attempts.spend(request);
    if (spent === null) throw new Error('No attempt was spent.');
    return spent;
  }

  async refusal(...target: Parameters<Guesser['request']>) {
    const request = await this.request(...target);
    expect(await this.stage.stores.attempts.spend(request)).toBeNull();
    return this.stage.stores.attempts.explain(request);
  }
}

function describeSessions(stage: StoreStage, guesser: Guesser): void {
  it.each(SESSION_PURPOSES)('counts %s on its session, and on nothing else', async (purpose) => {
    const method = await stage.newMethod();
    expect(await guesser.guess(method, purpose)).toMatchObject({
      sessionId: 's1',
      counted: { ...NOTHING, onSession: true },
      locksSession: false,
    });
    const last = await guesser.guess(method, purpose);
    expect(last).toMatchObject({ locksSession: true, locksMethod: false, locksAccount: false });
    const locked = { reason: 'session_locked', until: addSeconds(NOW, 60) };
    for (const other of SESSION_PURPOSES) {
      expect(await guesser.refusal(method, other)).toEqual(locked);
    }
    await expect(guesser.guess(method, purpose, { sessionId: 's2' })).resolves.toBeDefined();
    expect(await guesser.guess(method, 'login')).toMatchObject({
      sessionId: null,
      counted: { onMethod: true, onAccount: true, onSession: false },
      locksMethod: false,
      locksAccount: false,
    });
  });

  it('counts where the host keeps no sessions, and for the session that a challenge names', async () => {
    const method = await stage.newMethod();
    await guesser.guess(method, 'manage', { sessionId: null });
    const nameless = await guesser.guess(method, 'manage', { sessionId: null });
    expect(nameless).toMatchObject({ sessionId: null, locksSession: true });
    const named = await stage.openChallenge(method, { purpose: 'step_up', sessionId: 's9' });
    const request = stage.request(named, { purpose: 'step_up', budgets: STRICT });
    expect(await stage.stores.attempts.spend(request)).toMatchObject({ sessionId: 's9' });
  });
}

function describeAllSessions(stage: StoreStage, guesser: Guesser): void {
  const inSession = (sessionId: string) => ({ ...OVER_ALL, sessionId });

  it('locks what all sessions have guessed at together, in each of them and in no login', async () => {
    const method = await stage.newMethod();
    for (const sessionId of ['s1', 's1', 's2', 's2']) {
      const spent = await guesser.guess(method, 'step_up', inSession(sessionId));
      expect(spent).toMatchObject({ locksAllSessions: false });
    }
    const last = await guesser.guess(method, 'manage', inSession('s3'));
    expect(last).toMatchObject({ locksSession: false, locksAllSessions: true });
    const locked = { reason: 'session_locked', until: addSeconds(NOW, 60) };
    for (const sessionId of ['s3', 's4']) {
      expect(await guesser.refusal(method, 'step_up', inSession(sessionId))).toEqual(locked);
    }
    await expect(guesser.guess(method, 'login', OVER_ALL)).resolves.toBeDefined();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    await expect(guesser.guess(other, 'step_up', inSession('s4'))).resolves.toBeDefined();
  });

  it('costs nothing in the session while all are locked, nor in all while it is', async () => {
    const method = await stage.newMethod();
    for (const sessionId of ['s1', 's1']) {
      await guesser.guess(method, 'step_up', inSession(sessionId));
    }
    for (let i = 0; i < 3; i++) await guesser.refusal(method, 'step_up', inSession('s1'));
    for (const sessionId of ['s2', 's2']) {
      await guesser.guess(method, 'step_up', inSession(sessionId));
    }
    const fifth = await guesser.guess(method, 'step_up', inSession('s3'));
    expect(fifth).toMatchObject({ locksAllSessions: true });
    for (let i = 0; i < 3; i++) await guesser.refusal(method, 'step_up', inSession('s4'));
    const now = addSeconds(NOW, 61);
    const first = await guesser.guess(method, 'step_up', { ...inSession('s4'), now });
    expect(first).toMatchObject({ locksSession: false });
    const second = await guesser.guess(method, 'step_up', { ...inSession('s4'), now });
    expect(second).toMatchObject({ locksSession: true });
  });

  it('spends no more than all sessions have, however many come at one moment', async () => {
    const method = await stage.newMethod();
    const requests = await atOnce(20, (index) =>
      guesser.request(method, 'step_up', inSession(`s${index}`)),
    );
    const spent = await Promise.all(requests.map((own) => stage.stores.attempts.spend(own)));
    expect(spent.filter((attempt) => attempt !== null)).toHaveLength(5);
  });
}

function describeSharedSessions(stage: StoreStage, guesser: Guesser): void {
  it('meets no lock of a login in a session', async () => {
    const method = await stage.newMethod();
    await guesser.guess(method, 'login');
    expect(await guesser.guess(method, 'login')).toMatchObject({ locksMethod: true });
    for (const purpose of SESSION_PURPOSES) {
      await expect(guesser.guess(method, purpose, { sessionId: purpose })).resolves.toBeDefined();
    }
  });

  it.each(SESSION_PURPOSES)('refuses in %s too what is locked for good', async (purpose) => {
    const method = await stage.newMethod();
    await guesser.guess(method, 'login');
    const budgets = { ...STRICT, maxFailuresEver: 1 };
    const forever = { reason: 'method_locked', until: null };
    expect(await guesser.refusal(method, purpose, { budgets })).toEqual(forever);
  });

  it('spends no more than a session has, however many come at one moment', async () => {
    const method = await stage.newMethod();
    const requests = await atOnce(10, () => guesser.request(method, 'step_up'));
    const spent = await Promise.all(requests.map((own) => stage.stores.attempts.spend(own)));
    expect(spent.filter((attempt) => attempt !== null)).toHaveLength(2);
  });
}

function describeUnguessable(stage: StoreStage, guesser: Guesser): void {
  const unguessable = { unguessable: ['app'] };

  it.each(PURPOSES)(
    'counts what cannot be guessed on its challenge alone in %s',
    async (purpose) => {
      const method = await stage.newMethod();
      for (let i = 0; i < 3; i++) {
        const spent = await guesser.guess(method, purpose, unguessable);
        expect(spent).toMatchObject({ counted: NOTHING, challenge: { attempts: 1 } });
        expect(spent).toMatchObject({
          locksMethod: false,
          locksAccount: false,
          locksSession: false,
        });
      }
      expect(await guesser.guess(method, purpose)).toMatchObject({ locksSession: false });
    },
  );

  it('meets no lock with what cannot be guessed', async () => {
    const method = await stage.newMethod();
    for (const purpose of ['login', 'step_up'] as const) {
      await guesser.guess(method, purpose);
      await guesser.guess(method, purpose);
      const budgets = { ...STRICT, maxFailuresEver: 1 };
      await expect(
        guesser.guess(method, purpose, { ...unguessable, budgets }),
      ).resolves.toBeDefined();
    }
    const worn = await guesser.request(method, 'login', {
      ...unguessable,
      budgets: { ...STRICT, maxAttemptsPerChallenge: 0 },
    });
    expect(await stage.stores.attempts.spend(worn)).toBeNull();
    expect(await stage.stores.attempts.explain(worn)).toEqual({ reason: 'exhausted' });
  });
}

function describeCodesInItsPlace(stage: StoreStage, guesser: Guesser): void {
  const unguessable = { unguessable: ['app'] };

  it('counts a backup code in its place as a guess, and not on its method', async () => {
    const method = await stage.newMethod();
    const byCode = { ...unguessable, backupLookups: ['tag'] };
    const onAccount = { ...NOTHING, onAccount: true };
    expect(await guesser.guess(method, 'login', byCode)).toMatchObject({ counted: onAccount });
    expect(await guesser.guess(method, 'login', byCode)).toMatchObject({ locksAccount: true });
    expect(await guesser.refusal(method, 'login', byCode)).toMatchObject({
      reason: 'account_locked',
    });
    const onSession = { ...NOTHING, onSession: true };
    expect(await guesser.guess(method, 'step_up', byCode)).toMatchObject({ counted: onSession });
    await guesser.guess(method, 'step_up', byCode);
    const locked = await guesser.refusal(method, 'step_up', byCode);
    expect(locked).toMatchObject({ reason: 'session_locked' });
  });
}
