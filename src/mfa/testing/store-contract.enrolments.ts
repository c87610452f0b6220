/// <reference types="jest" />
import { NEVER_PROVEN } from '../core/ports/authenticators.js';
import { type Enrolment } from '../core/methods/enrolments.js';
import { type MethodSnapshot } from '../core/ports/stores.js';
import { addSeconds } from '../contract/clock.js';
import { atOnce, NOT_ACTIVE, NOW, type StoreStage } from './store-contract.stage.js';

const CODES = ['a', 'b'].map((lookup) => ({ lookup, hash: 'slow' }));

/** Rules for the rows that a set-up stores. */
export function describeEnrolments(stage: StoreStage): void {
  describeStoring(stage);
  describeRaces(stage);
  describeChanges(stage);
}

/** An enrolment of a given method, or else of one that does not exist yet. */
function enrolmentOf(
  stage: StoreStage,
  subjectId: string,
  { version: decidedBy }: MethodSnapshot,
  changes: Partial<Enrolment> = {},
): Enrolment {
  const times = { createdAt: NOW, confirmedAt: null, lastUsedAt: null };
  const own = { id: stage.newId(), subjectId, handler: 'app', ...times, stateVersion: 1 };
  const authenticators = [stage.authenticator(NEVER_PROVEN)];
  const method = { ...own, authenticators };
  const about = { ...method, ...NOT_ACTIVE, version: 0 };
  return {
    method,
    backupCodes: { id: stage.newId(), codes: CODES, at: NOW },
    challenge: stage.newChallenge(about, { purpose: 'enrol' }),
    event: stage.event(subjectId, 'method_set_up'),
    decidedBy,
    ...changes,
  };
}

function describeStoring(stage: StoreStage): void {
  it('stores method, backup codes, challenge and event, and says how many codes there are', async () => {
    const { enrolments, methods, backupCodes } = stage.stores;
    const subjectId = stage.newSubject();
    const enrolment = enrolmentOf(stage, subjectId, await methods.read(subjectId));
    expect(await enrolments.store(enrolment)).toBe(2);
    expect(await stage.method(subjectId, 'app')).toMatchObject(enrolment.method);
    expect(await backupCodes.count(subjectId)).toMatchObject({ remaining: 2, createdAt: NOW });
    expect(await stage.challenge(enrolment.challenge)).toMatchObject(enrolment.challenge);
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual(['method_set_up']);
  });

  it('stores another one of the same method, with new codes in the place of the old ones', async () => {
    const { enrolments, methods, backupCodes } = stage.stores;
    const subjectId = stage.newSubject();
    await enrolments.store(enrolmentOf(stage, subjectId, await methods.read(subjectId)));
    const codes = { id: stage.newId(), codes: CODES.slice(1), at: addSeconds(NOW, 1) };
    const known = await methods.read(subjectId);
    const again = enrolmentOf(stage, subjectId, known, { backupCodes: codes });
    expect(await enrolments.store(again)).toBe(1);
    expect(await methods.list(subjectId)).toEqual([expect.objectContaining(again.method)]);
    const counted = { remaining: 1, total: 1, createdAt: codes.at, id: codes.id };
    expect(await backupCodes.count(subjectId)).toEqual(counted);
  });

  it('leaves the set of codes that is live, and says how many are left of it', async () => {
    const { enrolments, methods, backupCodes } = stage.stores;
    const { subjectId } = await stage.newMethod();
    const set = { id: stage.newId(), codes: CODES, at: NOW };
    await stage.run(subjectId, (own) => backupCodes.replaceAll(subjectId, set, own));
    const known = await methods.read(subjectId);
    const enrolment = enrolmentOf(stage, subjectId, known, { backupCodes: null });
    expect(await enrolments.store(enrolment)).toBe(2);
    expect(await backupCodes.count(subjectId)).toMatchObject({ remaining: 2, createdAt: NOW });
  });

  it('is nowhere when the work that it is part of rejects', async () => {
    const { enrolments, methods } = stage.stores;
    const subjectId = stage.newSubject();
    const work = stage.run(subjectId, async (transaction) => {
      const known = await methods.read(subjectId, transaction);
      await enrolments.store(enrolmentOf(stage, subjectId, known), transaction);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await methods.read(subjectId)).toMatchObject({ methods: [], version: 0 });
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual([]);
  });
}

function describeRaces(stage: StoreStage): void {
  it('stores one alone of several that were decided by the same', async () => {
    const { enrolments, methods, backupCodes } = stage.stores;
    const subjectId = stage.newSubject();
    const known = await methods.read(subjectId);
    const stored = await atOnce(10, () => enrolments.store(enrolmentOf(stage, subjectId, known)));
    expect(stored.filter((remaining) => remaining !== null)).toEqual([2]);
    expect(await methods.list(subjectId)).toHaveLength(1);
    expect(await backupCodes.count(subjectId)).toMatchObject({ total: 2 });
    expect(await stage.stores.eventTypesOf(subjectId)).toEqual(['method_set_up']);
  });

  it('stores all the same when nothing but guesses and logins happened meanwhile', async () => {
    const { enrolments, methods } = stage.stores;
    const method = await stage.newMethod();
    const known = await methods.read(method.subjectId);
    await stage.spend(await stage.openChallenge(method));
    const handler = { ...enrolmentOf(stage, method.subjectId, known).method, handler: 'email' };
    const enrolment = enrolmentOf(stage, method.subjectId, known, { method: handler });
    expect(await enrolments.store(enrolment)).toBe(2);
  });
}

function describeChanges(stage: StoreStage): void {
  it.each<[string, (subjectId: string) => Promise<unknown>]>([
    ['set up', (subjectId) => stage.addMethod(subjectId, 'email', null)],
    [
      'deleted',
      async (subjectId) => {
        const method = await stage.method(subjectId, 'app');
        await stage.run(subjectId, (own) => stage.stores.methods.delete(method, own));
      },
    ],
    [
      'proven',
      async (subjectId) => {
        const challenge = await stage.openChallenge(await stage.method(subjectId, 'app'));
        await stage.settle(stage.settlement(await stage.spend(challenge)));
      },
    ],
    [
      'forgotten',
      (subjectId) => stage.run(subjectId, (own) => stage.stores.accounts.forget(subjectId, own)),
    ],
    [
      'forgotten and set up anew',
      async (subjectId) => {
        await stage.run(subjectId, (own) => stage.stores.accounts.forget(subjectId, own));
        await stage.addMethod(subjectId, 'app', NOW);
      },
    ],
  ])('stores nothing when a method was %s meanwhile', async (_, happen) => {
    const { enrolments, methods, backupCodes } = stage.stores;
    const { subjectId } = await stage.newMethod();
    const known = await methods.read(subjectId);
    await happen(subjectId);
    const before = await methods.list(subjectId);
    const enrolment = enrolmentOf(stage, subjectId, known);
    expect(await enrolments.store(enrolment)).toBeNull();
    expect(await methods.list(subjectId)).toEqual(before);
    expect(await backupCodes.count(subjectId)).toMatchObject({ total: 0 });
    expect(await stage.stores.challenges.findOpen(enrolment.challenge, NOW)).toBeNull();
  });
}
