import { acrForChanges, requireProof } from './fresh-proof.js';
import { ACR } from '../ports/assurance.js';

it('lets no session without a name change factors that were set up before', () => {
  const principal = {
    subjectId: 'u1',
    sessionId: null,
    authenticatedAt: new Date(0),
    amr: ['pwd'],
  };
  const method = { isActive: true, isPrimary: true, activatedAt: new Date(0), activatedIn: null };
  // No more of a method is looked at.
  const present = { methods: [method], backupCodesId: null };
  const snapshot = present as unknown as Parameters<typeof acrForChanges>[1];
  expect(acrForChanges(principal, snapshot)).toBe(ACR.twoFactors);
});

describe('a demand that a remembered device meets', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const seen = { methodId: 'm1', authenticatorId: null, backupCodesId: 's1', activation: 1 };
  const password = {
    ...{ amr: ['pwd'], methodId: null, authenticatorId: null },
    ...{ backupCodesId: null, activation: null, at: now },
  };
  const onDevice = { ...password, deviceProof: { ...seen, at: new Date(0) } };
  const works = {
    methods: [{ id: 'm1', isActive: true, activation: 1, authenticators: [] }],
    backupCodesId: 's1',
  };

  function isMet(
    proof: typeof password,
    {
      accepts = true,
      present = works,
      age = 0,
    }: {
      readonly accepts?: boolean;
      readonly present?: typeof works;
      readonly age?: number;
    } = {},
  ): boolean {
    const principal = { subjectId: 'u1', sessionId: 's', authenticatedAt: now, amr: ['pwd'] };
    const demand = { maxAgeSeconds: 60, acr: ACR.twoFactors, acceptsRememberedDevice: accepts };
    const at = new Date(now.getTime() + age * 1000);
    try {
      requireProof({ ...principal, proofs: [proof] }, present, { demand, now: at });
      return true;
    } catch {
      return false;
    }
  }

  it('is met by a recent password there, and by nothing else', () => {
    expect(isMet(onDevice)).toBe(true);
    expect(isMet(onDevice, { age: 60 })).toBe(true);
    expect(isMet(onDevice, { age: 61 })).toBe(false);
    expect(isMet(onDevice, { accepts: false })).toBe(false);
    expect(isMet(onDevice, { present: { ...works, backupCodesId: 's2' } })).toBe(false);
    expect(isMet(password)).toBe(false);
  });
});
