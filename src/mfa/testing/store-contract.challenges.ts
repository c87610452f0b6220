/// <reference types="jest" />
import { type ChallengeRecord, type NewChallenge, type WhenOpen } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { atOnce, LIFETIME_SECONDS, NOW, type StoreStage } from './store-contract.stage.js';

/** Rules for open ceremonies. */
export function describeChallenges(stage: StoreStage): void {
  describeOpening(stage);
  describeOpeningAgain(stage);
  describeEnds(stage);
}

function describeOpening(stage: StoreStage): void {
  it.each([null, { hash: 'ü', n: [1] }])(
    'come back as they were opened, with data %j',
    async (data) => {
      const method = await stage.newMethod();
      const [authenticator] = method.authenticators;
      const changes = { data, authenticatorId: authenticator?.id ?? null, provider: null };
      const challenge = stage.newChallenge(method, changes);
      await stage.stores.challenges.open(challenge, 'replace', null);
      const version: unknown = expect.any(Number);
      const stored = {
        ...challenge,
        accountVersion: method.activatedVersion,
        attempts: 0,
        version,
      };
      expect(await stage.challenge(challenge)).toEqual(stored);
      const stranger = { ...challenge, subjectId: stage.newSubject() };
      expect(await stage.stores.challenges.findOpen(stranger, NOW)).toBeNull();
    },
  );

  it('are open until their end, and no longer', async () => {
    const challenge = await stage.openChallenge(await stage.newMethod());
    const at = (seconds: number) =>
      stage.stores.challenges.findOpen(challenge, addSeconds(NOW, seconds));
    expect(await at(LIFETIME_SECONDS - 0.001)).not.toBeNull();
    expect(await at(LIFETIME_SECONDS)).toBeNull();
  });

  it('are opened for a subject of whom nothing else is kept, with their event', async () => {
    const method = { ...(await stage.newMethod()), subjectId: stage.newSubject() };
    const challenge = stage.newChallenge(method);
    const event = stage.event(method.subjectId, 'login_challenged');
    await stage.stores.challenges.open(challenge, 'replace', event);
    expect(await stage.challenge(challenge)).toMatchObject({ methodId: method.id });
    expect(await stage.stores.eventTypesOf(method.subjectId)).toEqual(['login_challenged']);
  });
}

function describeOpeningAgain(stage: StoreStage): void {
  const again = addSeconds(NOW, 60);
  const newEnd = addSeconds(again, LIFETIME_SECONDS);
  const oldEnd = addSeconds(NOW, LIFETIME_SECONDS);

  it.each<[WhenOpen, object]>([
    ['replace', { attempts: 0, data: 'new', expiresAt: newEnd }],
    ['refresh', { attempts: 1, data: 'new', expiresAt: newEnd }],
    ['keep', { attempts: 1, data: 'old', expiresAt: oldEnd }],
  ])('that are open, opened again with %s, are %j', async (whenOpen, stored) => {
    const challenge = await stage.openChallenge(await stage.newMethod(), { data: 'old' });
    await stage.spend(challenge);
    const anew = { ...challenge, data: 'new', createdAt: again, expiresAt: newEnd };
    await stage.stores.challenges.open(anew, whenOpen, null);
    expect(await stage.challenge(challenge)).toMatchObject(stored);
  });

  const deaths: Record<string, (challenge: ChallengeRecord) => Promise<NewChallenge>> = {
    cancelled: async (challenge) => {
      await stage.stores.challenges.cancel(challenge, stage.event(challenge.subjectId));
      return challenge;
    },
    expired: async (challenge) => ({
      ...challenge,
      createdAt: challenge.expiresAt,
      expiresAt: addSeconds(challenge.expiresAt, LIFETIME_SECONDS),
    }),
    'of older credentials': async (challenge) => ({ ...challenge, credentialsVersion: 'changed' }),
    'of a method that was set up anew': async (challenge) => {
      const method = await stage.method(challenge.subjectId, challenge.handler);
      const anew = { ...method, id: stage.newId() };
      await stage.run(method.subjectId, (own) => stage.stores.methods.save(anew, own));
      return { ...challenge, methodId: anew.id };
    },
  };
  const names = Object.keys(deaths);
  const cases = names.flatMap((name) =>
    (['replace', 'refresh', 'keep'] as const).map((whenOpen) => [name, whenOpen] as const),
  );

  it.each(cases)('that are %s begin anew with %s', async (name, whenOpen) => {
    const challenge = await stage.openChallenge(await stage.newMethod(), { data: 'old' });
    await stage.spend(challenge);
    const anew = (await deaths[name]?.(challenge)) ?? challenge;
    await stage.stores.challenges.open({ ...anew, data: 'new' }, whenOpen, null);
    const { methodId, expiresAt } = anew;
    const stored = { attempts: 0, data: 'new', methodId, expiresAt };
    expect(await stage.challenge(challenge)).toMatchObject(stored);
  });
}

function describeEnds(stage: StoreStage): void {
  it('change when they are as they were read, once', async () => {
    const method = await stage.newMethod();
    const other = await stage.addMethod(method.subjectId, 'email', NOW);
    const challenge = await stage.openChallenge(method);
    const change = { methodId: other.id, handler: other.handler, data: 'other' };
    const { challenges } = stage.stores;
    const changed = await atOnce(8, () => challenges.change(challenge, change, NOW));
    expect(changed.filter((isChanged) => isChanged)).toHaveLength(1);
    const after = await stage.challenge(challenge);
    expect(after).toMatchObject(change);
    expect(after.version).toBeGreaterThan(challenge.version);
    const end = challenge.expiresAt;
    expect(await challenges.change(after, change, end)).toBe(false);
  });

  it('are cancelled once, and only then is it an event', async () => {
    const { subjectId, ...method } = await stage.newMethod();
    const challenge = await stage.openChallenge({ ...method, subjectId });
    const event = stage.event(subjectId, 'login_cancelled');
    const cancelled = await atOnce(8, () => stage.stores.challenges.cancel(challenge, event));
    expect(cancelled.filter((isCancelled) => isCancelled)).toHaveLength(1);
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual(['login_cancelled']);
    expect(await stage.stores.challenges.findOpen(challenge, NOW)).toBeNull();
    const late = { ...event, at: addSeconds(NOW, LIFETIME_SECONDS) };
    const expired = await stage.openChallenge({ ...method, subjectId });
    expect(await stage.stores.challenges.cancel(expired, late)).toBe(false);
  });

  it('of one subject end together, those of others stay', async () => {
    const [mine, theirs] = [await stage.newMethod(), await stage.newMethod()];
    const own = [await stage.openChallenge(mine), await stage.openChallenge(mine)];
    const other = await stage.openChallenge(theirs);
    await stage.stores.challenges.cancelAll(mine.subjectId, NOW);
    const found = own.map((challenge) => stage.stores.challenges.findOpen(challenge, NOW));
    expect(await Promise.all(found)).toEqual([null, null]);
    expect(await stage.challenge(other)).toEqual(other);
  });
}
