/// <reference types="jest" />
import { type AttemptRequest, type SpentAttempt } from '../core/ports/attempts.js';
import { type ChallengeRecord } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { AMPLE, atOnce, LIFETIME_SECONDS, NOW, type StoreStage } from './store-contract.stage.js';

const AT_ONCE = 8;
const AHEAD_SECONDS = 7200;
/** Two a session, three over all of them. */
const BUDGETS = { ...AMPLE, maxFailuresPerSession: 2, maxFailuresOverSessions: 3 };
/** As a challenge keeps it in the place of a handler. */
const PASSWORD = 'password';

/** Rules on attempts that have no method: they are those of a password, as long as no method is active. */
export function describePasswords(stage: StoreStage): void {
  const guesser = new PasswordGuesser(stage);
  describeSpent(stage, guesser);
  describeRefusals(stage, guesser);
  describePayers(stage, guesser);
  describeRightOnes(stage, guesser);
  describeActiveMethods(stage, guesser);
  describeGivenBack(stage, guesser);
}

/** Guesses at the password of step-ups, each with a challenge of its own. */
class PasswordGuesser {
  constructor(private readonly stage: StoreStage) {}

  /** @param sessionId null: the host keeps none */
  async open(subjectId: string, sessionId: string | null = 's1'): Promise<ChallengeRecord> {
    const challenge = {
      subjectId,
      id: this.stage.newId(),
      purpose: 'step_up' as const,
      methodId: null,
      handler: PASSWORD,
      authenticatorId: null,
      proofs: [],
      provider: null,
      sessionId,
      credentialsVersion: '1',
      data: null,
      createdAt: NOW,
      expiresAt: addSeconds(NOW, LIFETIME_SECONDS),
    };
    await this.stage.stores.challenges.open(challenge, 'replace', null);
    return this.stage.challenge(challenge);
  }

  request(challenge: ChallengeRecord, changes: Partial<AttemptRequest> = {}): AttemptRequest {
    const own = { purpose: 'step_up' as const, isOfMethod: false, budgets: BUDGETS };
    return this.stage.request(challenge, { ...own, ...changes });
  }

  /** @throws {Error} when nothing is spent */
  async guess(subjectId: string, sessionId?: string | null): Promise<SpentAttempt> {
    const challenge = await this.open(subjectId, sessionId);
    return this.stage.spend(challenge, this.request(challenge));
  }

  async refusalOf(request: AttemptRequest) {
    expect(await this.stage.stores.attempts.spend(request)).toBeNull();
    return this.stage.stores.attempts.explain(request);
  }

  /** Commits a right password, behind the account's lock. */
  settle(spent: SpentAttempt, key: string = this.stage.newId()): Promise<boolean> {
    const { stores } = this.stage;
    const { subjectId } = spent.challenge;
    const events = [this.stage.event(subjectId, 'stepped_up')];
    const settlement = {
      spent,
      proven: { by: 'password' } as const,
      rowUpdates: [],
      events,
      now: NOW,
    };
    return this.stage.run(subjectId, (own) =>
      this.stage.settle({ ...settlement, rows: [stores.rowFor(key)] }, own),
    );
  }
}

function describeSpent(stage: StoreStage, guesser: PasswordGuesser): void {
  it('have no method, and are counted on challenge and session alone', async () => {
    const challenge = await guesser.open(stage.newSubject());
    const spent = await stage.spend(challenge, guesser.request(challenge));
    expect(spent).toEqual({
      challenge: { ...challenge, attempts: 1 },
      method: null,
      backupCode: null,
      sessionId: 's1',
      factor: PASSWORD,
      counted: { onMethod: false, onAccount: false, onSession: true },
      locksMethod: false,
      endsMethod: false,
      locksAccount: false,
      locksSession: false,
      locksAllSessions: false,
      lockEnds: { method: null, account: null, session: null, allSessions: null },
    });
    expect(await stage.challenge(challenge)).toMatchObject({ attempts: 1 });
    expect(await stage.stores.attempts.reload(spent, NOW)).toEqual(spent);
  });

  it('are no more than a challenge allows, however many come at one moment', async () => {
    const challenge = await guesser.open(stage.newSubject());
    const budgets = { ...AMPLE, maxAttemptsPerChallenge: 5 };
    const request = guesser.request(challenge, { budgets });
    const spent = await atOnce(20, () => stage.stores.attempts.spend(request));
    expect(spent.filter((attempt) => attempt !== null)).toHaveLength(5);
    expect(await guesser.refusalOf(request)).toEqual({ reason: 'exhausted' });
  });
}

function describeRefusals(stage: StoreStage, guesser: PasswordGuesser): void {
  it.each<[string, Partial<AttemptRequest>]>([
    ['is for another purpose', { purpose: 'manage' }],
    ['is from before the password changed', { credentialsVersion: '2' }],
    ['is too old', { now: addSeconds(NOW, LIFETIME_SECONDS) }],
  ])('are refused when the challenge %s', async (_, changes) => {
    const request = guesser.request(await guesser.open(stage.newSubject()), changes);
    expect(await guesser.refusalOf(request)).toEqual({ reason: 'no_challenge' });
  });

  it('are refused for the challenge of a method, and a method for one of a password', async () => {
    const method = await stage.newMethod();
    const ofMethod = await stage.openChallenge(method, { purpose: 'step_up' });
    const ofPassword = await guesser.open(method.subjectId);
    const handlers = [PASSWORD, method.handler];
    const asPassword = guesser.request(ofMethod, { handlers });
    expect(await stage.stores.attempts.spend(asPassword)).toBeNull();
    const asMethod = guesser.request(ofPassword, { handlers, isOfMethod: true });
    expect(await stage.stores.attempts.spend(asMethod)).toBeNull();
  });
}

function describePayers(stage: StoreStage, guesser: PasswordGuesser): void {
  it('lock their session at its budget, then all of them, and no sign-in', async () => {
    const method = await stage.addMethod(stage.newSubject(), 'app', null);
    const { subjectId } = method;
    expect(await guesser.guess(subjectId)).toMatchObject({ locksSession: false });
    const second = { locksSession: true, locksAllSessions: false };
    expect(await guesser.guess(subjectId)).toMatchObject(second);
    const locked = { reason: 'session_locked', until: addSeconds(NOW, 60) };
    expect(await guesser.refusalOf(guesser.request(await guesser.open(subjectId)))).toEqual(locked);
    const third = { locksSession: false, locksAllSessions: true };
    expect(await guesser.guess(subjectId, 's2')).toMatchObject(third);
    const other = guesser.request(await guesser.open(subjectId, 's3'));
    expect(await guesser.refusalOf(other)).toEqual(locked);
    const active = await stage.addMethod(subjectId, 'email', NOW);
    const login = await stage.spend(await stage.openChallenge(active), { budgets: BUDGETS });
    expect(login).toMatchObject({ locksMethod: false, locksAccount: false });
  });

  it('are counted where the host keeps no sessions', async () => {
    const subjectId = stage.newSubject();
    await guesser.guess(subjectId, null);
    const nameless = { sessionId: null, locksSession: true };
    expect(await guesser.guess(subjectId, null)).toMatchObject(nameless);
  });

  it('are locked for as long as by the present clock, whatever one that was ahead has set', async () => {
    const subjectId = stage.newSubject();
    const expiresAt = addSeconds(NOW, 10 * AHEAD_SECONDS);
    const challenge = { ...(await guesser.open(subjectId)), expiresAt };
    await stage.stores.challenges.open(challenge, 'replace', null);
    const ahead = { now: addSeconds(NOW, AHEAD_SECONDS) };
    for (let times = 0; times < 2; times++) {
      await stage.spend(challenge, guesser.request(challenge, ahead));
    }
    const locked = { reason: 'session_locked', until: addSeconds(NOW, 60) };
    expect(await guesser.refusalOf(guesser.request(challenge))).toEqual(locked);
  });
}

function describeRightOnes(stage: StoreStage, guesser: PasswordGuesser): void {
  it('happen once for one challenge, however many bring it at one moment', async () => {
    const subjectId = stage.newSubject();
    const challenge = await guesser.open(subjectId);
    const request = guesser.request(challenge, { budgets: AMPLE });
    const attempts = await atOnce(AT_ONCE, () => stage.spend(challenge, request));
    const keys = attempts.map(() => stage.newId());
    const settled = await Promise.all(
      attempts.map((spent, index) => guesser.settle(spent, keys[index])),
    );
    expect(settled.filter((isSettled) => isSettled)).toHaveLength(1);
    expect(await Promise.all(keys.map((key) => stage.stores.hasRow(key)))).toEqual(settled);
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual(['stepped_up']);
    const [spent] = attempts;
    if (spent !== undefined) expect(await stage.stores.attempts.reload(spent, NOW)).toBeNull();
  });

  it('forgive the wrong ones of their session and of all, with their locks', async () => {
    const subjectId = stage.newSubject();
    await guesser.guess(subjectId, 's2');
    await guesser.guess(subjectId);
    const last = await guesser.guess(subjectId);
    expect(last).toMatchObject({ locksSession: true, locksAllSessions: true });
    expect(await guesser.settle(last)).toBe(true);
    const unlocked = { locksSession: false, locksAllSessions: false };
    expect(await guesser.guess(subjectId)).toMatchObject(unlocked);
    // What another session has guessed is that one's still.
    expect(await guesser.guess(subjectId, 's2')).toMatchObject({ locksSession: true });
  });
}

function describeActiveMethods(stage: StoreStage, guesser: PasswordGuesser): void {
  it('end where a method becomes active, before they are counted or after', async () => {
    const subjectId = stage.newSubject();
    const [spent, unspent] = [await guesser.guess(subjectId), await guesser.open(subjectId)];
    await stage.addMethod(subjectId, 'email', null);
    expect(await stage.stores.attempts.reload(spent, NOW)).toEqual(spent);
    await stage.addMethod(subjectId, 'app', NOW);
    const refusal = await guesser.refusalOf(guesser.request(unspent));
    expect(refusal).toEqual({ reason: 'no_challenge' });
    expect(await stage.stores.attempts.reload(spent, NOW)).toBeNull();
    const key = stage.newId();
    expect(await guesser.settle(spent, key)).toBe(false);
    expect(await stage.stores.hasRow(key)).toBe(false);
    expect(await stage.challenge(spent.challenge)).toMatchObject({ attempts: 1 });
  });

  it('are not committed with one that becomes active while they wait for the account', async () => {
    const subjectId = stage.newSubject();
    const method = await stage.addMethod(subjectId, 'app', null);
    const spent = await guesser.guess(subjectId);
    let settling: Promise<boolean> | undefined;
    await stage.run(subjectId, async (own) => {
      settling = guesser.settle(spent);
      await stage.stores.methods.activate(method, { at: NOW, sessionId: null }, own);
    });
    expect(await settling).toBe(false);
  });
}

function describeGivenBack(stage: StoreStage, guesser: PasswordGuesser): void {
  it('are given back to challenge and sessions, with the locks that they brought', async () => {
    const subjectId = stage.newSubject();
    await guesser.guess(subjectId, 's2');
    await guesser.guess(subjectId);
    const spent = await guesser.guess(subjectId);
    const locks = { locksSession: true, locksAllSessions: true };
    expect(spent).toMatchObject(locks);
    await stage.stores.attempts.giveBack(spent);
    expect(await stage.challenge(spent.challenge)).toMatchObject({ attempts: 0 });
    expect(await guesser.guess(subjectId)).toMatchObject(locks);
  });
}
