import { type MfaModuleOptions, resolveMfaOptions } from '../options/mfa.options.js';
import { attemptBudgetsOf, deletionRefusal, isAlive, isLastActive, activeOf } from './policy.js';
import { type ChallengeRecord, type MethodRecord } from '../ports/stores.js';

const NOON = new Date('2026-01-01T12:00:00Z');

function options(changes: Partial<MfaModuleOptions> = {}) {
  return resolveMfaOptions({ secretKeys: [{ id: 'k', key: new Uint8Array(32) }], ...changes });
}

function method(changes: Partial<MethodRecord> = {}): MethodRecord {
  return {
    id: 'm1',
    subjectId: 's1',
    handler: 'app',
    isActive: true,
    isPrimary: true,
    createdAt: NOON,
    confirmedAt: NOON,
    activatedAt: NOON,
    activation: 1,
    activatedVersion: 5,
    activatedIn: null,
    lastUsedAt: null,
    authenticators: [],
    stateVersion: 1,
    version: 0,
    ...changes,
  };
}

describe('attemptBudgetsOf', () => {
  it('doubles each lock up to a day', () => {
    expect(attemptBudgetsOf(options()).lockSeconds).toEqual([
      900, 1800, 3600, 7200, 14_400, 28_800, 57_600, 86_400,
    ]);
  });

  it('knows a lock that is a day long at once', () => {
    expect(attemptBudgetsOf(options({ lockSeconds: 86_400 })).lockSeconds).toEqual([86_400]);
  });
});

describe('activeOf', () => {
  it('puts the primary first, then the longest-standing, and leaves out what is not active', () => {
    const primary = method({ id: 'p', activatedVersion: 7 });
    const younger = method({ id: 'y', isPrimary: false, activatedVersion: 6 });
    const older = method({ id: 'o', isPrimary: false });
    const inactive = method({ id: 'i', isPrimary: false, isActive: false, activatedAt: null });
    const ids = activeOf([inactive, younger, older, primary]).map(({ id }) => id);
    expect(ids).toEqual(['p', 'o', 'y']);
  });
});

describe('deletionRefusal', () => {
  const second = method({ id: 'm2', isPrimary: false });
  const inactive = method({ id: 'm3', isPrimary: false, isActive: false, activatedAt: null });

  it.each([
    [{}, method(), [method()], null],
    [{ preventDeleteActiveMethod: true }, method(), [method(), second], 'delete_active_forbidden'],
    [{ preventDeleteActiveMethod: true }, inactive, [method(), inactive], null],
    [
      { preventDeletePrimaryMethod: true },
      method(),
      [method(), second],
      'delete_primary_forbidden',
    ],
    [{ preventDeletePrimaryMethod: true }, second, [method(), second], null],
    [{ preventDeleteLastMethod: true }, method(), [method(), inactive], 'delete_last_forbidden'],
    [{ preventDeleteLastMethod: true }, method(), [method(), second], null],
    [{ preventDeleteLastMethod: true }, inactive, [method(), inactive], null],
  ])('with %j', (changes, target, methods, refusal) => {
    expect(deletionRefusal(target, methods, options(changes))).toBe(refusal);
  });

  it('knows the last active method', () => {
    expect(isLastActive(method(), [method(), inactive])).toBe(true);
    expect(isLastActive(method(), [method(), second])).toBe(false);
    expect(isLastActive(inactive, [inactive])).toBe(false);
  });
});

describe('isAlive', () => {
  const login = { methodId: 'm1', accountVersion: 5 } as ChallengeRecord;

  it.each([
    ['the method as it was', method(), true],
    ['another method', method({ id: 'm2' }), false],
    ['a method that was activated since', method({ activatedVersion: 6 }), false],
    ['a method that is not active', method({ activatedVersion: null, isActive: false }), false],
  ])('is asked of %s', (_, present, expected) => {
    expect(isAlive(login, present)).toBe(expected);
  });
});
