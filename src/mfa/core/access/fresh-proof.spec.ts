import { acrForChanges } from './fresh-proof.js';
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
