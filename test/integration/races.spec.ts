import { MfaError } from '../../src/mfa/contract/errors.js';
import { type MfaPending } from '../../src/mfa/core/login/login-outcome.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { tallyOutcomes } from '../support/tally.js';

const PARALLEL = 50;

/** Comes again while the line for slow hashes is full: whoever is turned away was not judged. */
async function untilJudged<T>(request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof MfaError) || error.code !== 'rate_limited') throw error;
    }
  }
}

describe('races on one credential', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`racer${++users}`);

  beforeAll(async () => {
    mfa = await startMfa({ maxFailuresPerMethod: 50, maxFailuresPerAccount: 100 });
  });
  afterAll(() => mfa.stop());

  it('gives one success for 50 requests with one right code on one challenge', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    const code = mfa.totp(secret);
    const counts = await tallyOutcomes(
      Array.from({ length: PARALLEL }, () => mfa.verify(pending, code)),
    );
    expect(counts['ok']).toBe(1);
    // Who comes while the budget is in flight is told that; all others, that the login is over.
    const { invalid_token: over = 0, attempts_exhausted: inFlight = 0 } = counts;
    expect(over + inFlight).toBe(PARALLEL - 1);
    expect(await mfa.count('host_sessions', `user_id = '${subject.id}'`)).toBe(1);
  });

  it('gives one success for one TOTP code on 50 challenges', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const pendings = await Promise.all(Array.from({ length: PARALLEL }, () => mfa.begin(subject)));
    const code = mfa.totp(secret);
    const counts = await tallyOutcomes(pendings.map((pending) => mfa.verify(pending, code)));
    expect(counts).toEqual({ ok: 1, invalid_code: PARALLEL - 1 });
    expect(await mfa.count('host_sessions', `user_id = '${subject.id}'`)).toBe(1);
  });

  it('gives one success for one backup code on 50 challenges', async () => {
    const subject = newUser();
    const { backupCodes } = await mfa.enrolApp(subject);
    const pendings = await Promise.all(Array.from({ length: PARALLEL }, () => mfa.begin(subject)));
    const counts = await tallyOutcomes(
      pendings.map((pending) => untilJudged(() => mfa.verify(pending, backupCodes[0] ?? ''))),
    );
    expect(counts).toEqual({ ok: 1, invalid_code: PARALLEL - 1 });
    expect(
      await mfa.count('mfa_backup_codes', `user_id = '${subject.id}' AND spent_at IS NULL`),
    ).toBe(4);
  });

  it('spends different backup codes at one moment, and none comes back', async () => {
    const subject = newUser();
    const { backupCodes } = await mfa.enrolApp(subject);
    const pendings = await Promise.all(backupCodes.map(() => mfa.begin(subject)));
    const counts = await tallyOutcomes(
      pendings.map((pending, index) => mfa.verify(pending, backupCodes[index] ?? '')),
    );
    expect(counts).toEqual({ ok: 5 });
    expect(
      await mfa.count('mfa_backup_codes', `user_id = '${subject.id}' AND spent_at IS NULL`),
    ).toBe(0);
    await expect(mfa.signIn(subject, backupCodes[2] ?? '')).rejects.toMatchObject({
      code: 'invalid_code',
    });
  });

  it('judges no more than a challenge allows, however many guesses come at once', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    const counts = await tallyOutcomes(
      Array.from({ length: PARALLEL }, () => mfa.verify(pending, 'no code')),
    );
    expect(counts).toEqual({ invalid_code: 5, attempts_exhausted: PARALLEL - 5 });
  });

  it('leaves one pending method for set-ups at one moment, and its codes are the live ones', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const sets = await Promise.all(
      Array.from({ length: 4 }, () =>
        mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} }),
      ),
    );
    expect(await mfa.count('mfa_methods', `user_id = '${subject.id}'`)).toBe(1);
    expect(await mfa.count('mfa_backup_codes', `user_id = '${subject.id}'`)).toBe(5);
    const confirmed = [];
    for (const { setupData, backupCodes } of sets) {
      const code = mfa.totp(String(setupData['secret']));
      const confirm = mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } });
      if (
        await confirm.then(
          () => true,
          () => false,
        )
      )
        confirmed.push(backupCodes[0] ?? '');
    }
    expect(confirmed).toHaveLength(1);
    await expect(mfa.signIn(subject, confirmed[0] ?? '')).resolves.toHaveProperty('access');
  });

  it('makes one of two methods primary when both are confirmed at one moment', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const app = await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    await mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    const code = mfa.totp(String(app.setupData['secret']));
    const counts = await tallyOutcomes([
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } }),
      mfa.parts.enrolment.confirm(actor, {
        handler: 'email',
        proof: { code: mfa.mailed(subject) },
      }),
    ]);
    expect(counts).toEqual({ ok: 2 });
    expect(await mfa.count('mfa_methods', `user_id = '${subject.id}' AND is_primary`)).toBe(1);
  });

  it('never leaves an active method without a primary when two are deleted at one moment', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await Promise.all([
      mfa.parts.removal.method(mfa.actor(subject), 'app', null),
      mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', null),
    ]);
    expect(await mfa.count('mfa_methods', `user_id = '${subject.id}' AND is_primary`)).toBe(1);
    await expect(mfa.begin(subject)).resolves.toMatchObject({ method: 'email' });
  });

  it('keeps the last method when two are deleted at one moment and the last must stay', async () => {
    const guarded = await startMfa({ preventDeleteLastMethod: true });
    const subject = guarded.parts.subjects.add('keeper');
    await guarded.enrolApp(subject);
    await guarded.enrolEmail(subject);
    const counts = await tallyOutcomes(
      ['app', 'email'].map((name) =>
        guarded.parts.removal.method(guarded.actor(subject), name, null),
      ),
    );
    await guarded.stop();
    expect(counts).toEqual({ ok: 1, delete_last_forbidden: 1 });
  });

  it('takes the right code of each of six open logins, all at one moment', async () => {
    const subject = newUser();
    await mfa.enrolEmail(subject);
    const logins: [MfaPending, string][] = [];
    for (let i = 0; i < 6; i++) {
      mfa.parts.clock.advance({ seconds: 200 });
      const pending = await mfa.begin(subject);
      logins.push([pending, mfa.mailed(subject)]);
    }
    const recent = logins.slice(-3);
    const counts = await tallyOutcomes(recent.map(([pending, code]) => mfa.verify(pending, code)));
    expect(counts).toEqual({ ok: 3 });
  });

  it('guesses at one pending method at one moment without a deadlock', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    const counts = await tallyOutcomes(
      Array.from({ length: PARALLEL }, () =>
        mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code: '000000' } }),
      ),
    );
    expect(counts).toEqual({ invalid_code: 5, attempts_exhausted: PARALLEL - 5 });
  });

  it('sends one code for 20 resends at one moment', async () => {
    const subject = newUser();
    await mfa.enrolEmail(subject);
    const pending = await mfa.begin(subject);
    mfa.parts.clock.advance({ seconds: 31 });
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    const before = mfa.parts.inbox.messages.length;
    const client = { ip: null, userAgent: null };
    const counts = await tallyOutcomes(
      Array.from({ length: 20 }, () => mfa.parts.login.resend(claims, client)),
    );
    expect(counts).toEqual({ ok: 1, send_too_soon: 19 });
    expect(mfa.parts.inbox.messages).toHaveLength(before + 1);
  });

  it('adds no more authenticators at one moment than a method holds', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const counts = await tallyOutcomes(
      Array.from({ length: 20 }, (_, index) =>
        mfa.parts.enrolment.setUp(mfa.actor(subject), {
          handler: 'app',
          fields: { label: `App ${index}` },
        }),
      ),
    );
    expect(counts).toEqual({ ok: 9, too_many_authenticators: 11 });
  });

  it('loses none of two authenticators that pass two logins at one moment', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    const { setupData } = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: { label: 'Second' },
    });
    const secrets = [secret, String(setupData['secret'])];
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', proof });
    mfa.nextStep();
    const attempts = await Promise.all(
      [...secrets, ...secrets].map(async (of) => ({ of, pending: await mfa.begin(subject) })),
    );
    const counts = await tallyOutcomes(
      attempts.map(({ of, pending }) => mfa.verify(pending, mfa.totp(of))),
    );
    expect(counts).toEqual({ ok: 2, invalid_code: 2 });
  });

  it('confirms a second authenticator once for 20 requests at one moment', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    const { setupData } = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: { label: 'Second' },
    });
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    const { ok } = await tallyOutcomes(
      Array.from({ length: 20 }, () =>
        mfa.parts.enrolment.confirm(actor, { handler: 'app', proof }),
      ),
    );
    expect(ok).toBe(1);
  });
});
