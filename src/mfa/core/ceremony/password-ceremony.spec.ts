import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { acrForChanges } from '../access/fresh-proof.js';
import { ACR } from '../ports/assurance.js';
import { MfaError } from '../../contract/errors.js';
import { UnjudgedAttempts } from './unjudged-attempts.js';
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
function ceremony(
  attempts: object,
  passwords: object | null = { verify: async () => true },
  wrongProofs: object = { record: async () => {} },
) {
  const parts: unknown[] = [
    { passwords },
    { open: async () => {} },
    attempts,
    new UnjudgedAttempts(),
    wrongProofs,
    { runForAccount: (_: string, work: (transaction: object) => unknown) => work({}) },
    { publish: () => {} },
    resolveMfaOptions({ secretKeys: [{ id: 'k', key: Buffer.alloc(32, 7) }] }),
    new FakeClock(),
    new FakeRandomSource(),
  ];
  // Stand-ins for the stores, which have no more than is asked of them here.
  return new PasswordCeremony(...(parts as ConstructorParameters<typeof PasswordCeremony>));
}

/** Attempts at the password, each of them spent. */
class SpentOnce {
  givenBack = 0;

  constructor(private readonly isSettled: boolean) {}

  async spend() {
    return { challenge: { attempts: 1, sessionId: 's1' }, locksSession: false };
  }

  async settle() {
    return this.isSettled;
  }

  async giveBack() {
    this.givenBack += 1;
  }
}

const conclude = async () => ({ result: undefined, rows: [], events: [] });

it('asks for no password that the host does not know', async () => {
  await expect(ceremony({}, null).open(OPENING)).rejects.toMatchObject({ code: 'forbidden' });
});

it('is unavailable while what stood in the way is gone, and still nothing was spent', async () => {
  const attempts = { spend: async () => null, explain: async () => null };
  const proof = ceremony(attempts).prove(REQUEST, conclude);
  await expect(proof).rejects.toMatchObject({ code: 'unavailable' });
});

it('gives nothing for a right password whose challenge has died meanwhile', async () => {
  const attempts = new SpentOnce(false);
  const proof = ceremony(attempts).prove(REQUEST, conclude);
  await expect(proof).rejects.toMatchObject({ code: 'invalid_token' });
  expect(attempts.givenBack).toBe(1);
});

it('is unavailable where what it was made from has changed meanwhile, and gives its attempt back', async () => {
  const attempts = new SpentOnce(true);
  const proof = ceremony(attempts).prove(REQUEST, async () => ({
    ...(await conclude()),
    stillHolds: async () => false,
  }));
  await expect(proof).rejects.toMatchObject({ code: 'unavailable' });
  expect(attempts.givenBack).toBe(1);
});

it('concludes anew from what has changed meanwhile', async () => {
  const answers = [false, false, true];
  const attempts = new SpentOnce(true);
  const proof = ceremony(attempts).prove(REQUEST, async () => ({
    ...(await conclude()),
    result: answers.length,
    stillHolds: async () => answers.shift() ?? false,
  }));
  await expect(proof).resolves.toBe(1);
  expect([answers, attempts.givenBack]).toEqual([[], 0]);
});

it('gives an attempt back that could not be judged, or led to nothing', async () => {
  const refuse = async () => {
    throw new MfaError('rate_limited');
  };
  const attempts = new SpentOnce(true);
  const unjudged = ceremony(attempts, { verify: refuse }).prove(REQUEST, conclude);
  await expect(unjudged).rejects.toMatchObject({ code: 'rate_limited' });
  const unfollowed = ceremony(attempts).prove(REQUEST, refuse);
  await expect(unfollowed).rejects.toMatchObject({ code: 'rate_limited' });
  expect(attempts.givenBack).toBe(2);
  await ceremony(attempts).prove(REQUEST, conclude);
  expect(attempts.givenBack).toBe(2);
});

it('gives no wrong password back, also where it cannot be told of', async () => {
  const attempts = new SpentOnce(true);
  const wrong = { verify: async () => false };
  const told = ceremony(attempts, wrong).prove(REQUEST, conclude);
  await expect(told).rejects.toMatchObject({ code: 'invalid_code', extras: { attemptsLeft: 4 } });
  const untold = ceremony(attempts, wrong, { record: () => Promise.reject(new Error('full')) });
  await expect(untold.prove(REQUEST, conclude)).rejects.toThrow('full');
  expect(attempts.givenBack).toBe(0);
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
  const present = { methods: [method], backupCodesId: null };
  const snapshot = present as unknown as Parameters<typeof acrForChanges>[1];
  expect(acrForChanges(principal, snapshot)).toBe(ACR.twoFactors);
});
