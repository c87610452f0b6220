import { FakeClock } from '../testing/fake-clock.js';
import { FakeRandomSource } from '../testing/fake-random-source.js';
import { resolveMfaOptions } from '../mfa.options.js';
import { acrForChanges } from './fresh-proof.js';
import { ACR } from './assurance.js';
import { PasswordCeremony } from './password-ceremony.js';

const SUBJECT = {
  id: 'u1',
  displayName: 'alice',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const CLIENT = { ip: null, userAgent: null };
const OPENING = {
  purpose: 'step_up' as const,
  subject: SUBJECT,
  proofs: [],
  provider: null,
  sessionId: 's1',
};
const REQUEST = {
  subject: SUBJECT,
  key: { subjectId: 'u1', id: 'c1' },
  proof: { password: 'right' },
  client: CLIENT,
};

/** A ceremony whose stores answer as a test says. */
function ceremony(attempts: object, passwords: object | null = { verify: async () => true }) {
  const parts: unknown[] = [
    { passwords },
    { open: async () => {} },
    attempts,
    { append: async () => {} },
    { runForAccount: (_: string, work: (transaction: object) => unknown) => work({}) },
    { tell: () => {} },
    resolveMfaOptions({ secretKeys: [{ id: 'k', key: Buffer.alloc(32, 7) }] }),
    new FakeClock(),
    new FakeRandomSource(),
  ];
  // Stand-ins for the stores, which have no more than is asked of them here.
  return new PasswordCeremony(...(parts as ConstructorParameters<typeof PasswordCeremony>));
}

const conclude = async () => ({ rows: [], events: [] });

it('asks for no password that the host does not know', async () => {
  await expect(ceremony({}, null).open(OPENING)).rejects.toMatchObject({ code: 'forbidden' });
});

it('is unavailable while what stood in the way is gone, and still nothing was spent', async () => {
  const attempts = { spend: async () => null, explain: async () => null };
  const proof = ceremony(attempts).prove(REQUEST, conclude);
  await expect(proof).rejects.toMatchObject({ code: 'unavailable' });
});

it('gives nothing for a right password whose challenge has died meanwhile', async () => {
  const challenge = { attempts: 1 };
  const spent = { challenge, locksAccount: false };
  const attempts = { spend: async () => spent, settle: async () => false };
  const proof = ceremony(attempts).prove(REQUEST, conclude);
  await expect(proof).rejects.toMatchObject({ code: 'invalid_token' });
});

it('lets no session without a name change factors that were set up before', () => {
  const principal = {
    subjectId: 'u1',
    sessionId: null,
    authenticatedAt: new Date(0),
    amr: ['pwd'],
  };
  const method = { isActive: true, isPrimary: true, activatedAt: new Date(0), activatedIn: null };
  // No more of a method is looked at.
  const methods = [method] as unknown as Parameters<typeof acrForChanges>[1];
  expect(acrForChanges(principal, methods)).toBe(ACR.twoFactors);
});
