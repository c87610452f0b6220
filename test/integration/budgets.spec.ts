import { jest } from '@jest/globals';
import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const MINUTE_SECONDS = 60;

describe('budgets of guessing', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`guesser${++users}`);

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());

  /** Wrong codes, each on a new login. @returns the problems' codes */
  async function guess(subject: Subject, times: number): Promise<string[]> {
    const problems: string[] = [];
    for (let i = 0; i < times; i++) {
      const problem = await mfa.signIn(subject, 'no code').then(
        () => 'ok',
        (error) => error.code,
      );
      problems.push(problem);
    }
    return problems;
  }

  it('ends a challenge after five wrong codes, and counts them down', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      await expect(mfa.verify(pending, 'no code')).rejects.toMatchObject({
        code: 'invalid_code',
        extras: { attemptsLeft },
      });
    }
    await expect(mfa.verify(pending, mfa.totp(secret))).rejects.toMatchObject({
      code: 'attempts_exhausted',
    });
  });

  it('is not refilled by a change of method or a resend', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    const client = { ip: '2001:db8::1', userAgent: null };
    for (let i = 0; i < 3; i++) await mfa.verify(pending, 'no code').catch(() => {});
    await mfa.parts.login.changeMethod(claims, 'email', client);
    await expect(mfa.verify(pending, 'no code')).rejects.toMatchObject({
      extras: { attemptsLeft: 1 },
    });
    mfa.parts.clock.advance({ seconds: 31 });
    await mfa.parts.login.resend(claims, client);
    await expect(mfa.verify(pending, 'no code')).rejects.toMatchObject({
      extras: { attemptsLeft: 0 },
    });
    await expect(mfa.parts.login.resend(claims, client)).rejects.toMatchObject({
      code: 'attempts_exhausted',
    });
  });

  it('locks a method after ten failures, over any number of logins, and for longer each time', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    expect(new Set(await guess(subject, 10))).toEqual(new Set(['invalid_code']));
    await expect(mfa.signIn(subject, mfa.totp(secret))).rejects.toMatchObject({
      code: 'method_locked',
      extras: { retryAfterSeconds: 15 * MINUTE_SECONDS },
    });
    mfa.parts.clock.advance({ seconds: 15 * MINUTE_SECONDS });
    expect(new Set(await guess(subject, 10))).toEqual(new Set(['invalid_code']));
    await expect(mfa.signIn(subject, mfa.totp(secret))).rejects.toMatchObject({
      code: 'account_locked',
    });
    mfa.parts.clock.advance({ seconds: 15 * MINUTE_SECONDS });
    await expect(mfa.signIn(subject, mfa.totp(secret))).rejects.toMatchObject({
      code: 'method_locked',
      extras: { retryAfterSeconds: 15 * MINUTE_SECONDS },
    });
    mfa.parts.clock.advance({ seconds: 15 * MINUTE_SECONDS });
    await expect(mfa.signIn(subject, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('holds a lock that was set while a challenge was open', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const open = await mfa.begin(subject);
    await guess(subject, 10);
    await expect(mfa.verify(open, mfa.totp(secret))).rejects.toMatchObject({
      code: 'method_locked',
    });
  });

  it('locks a method for good after a hundred failures, until it is set up again', async () => {
    const patient = await startMfa({
      maxFailuresPerMethod: 50,
      maxFailuresPerAccount: 100,
      lockSeconds: 60,
    });
    const subject = patient.parts.subjects.add('patient');
    await patient.enrolApp(subject);
    for (let i = 0; i < 100; i++) {
      await patient.signIn(subject, 'no code').catch(() => {});
      patient.parts.clock.advance({ seconds: 120 });
    }
    patient.parts.clock.advance({ seconds: 86_400 });
    await expect(patient.signIn(subject, 'no code')).rejects.toMatchObject({
      code: 'method_locked',
      message: expect.stringContaining('set it up again'),
    });
    await patient.parts.removal.method(patient.actor(subject), 'app', null);
    const { secret } = await patient.enrolApp(subject);
    await expect(patient.signIn(subject, patient.totp(secret))).resolves.toHaveProperty('access');
    await patient.stop();
  });

  it('forgives a method by its own success, and not by that of another', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    await guess(subject, 9);
    await mfa.enrolEmail(subject);
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    await mfa.parts.login.changeMethod(claims, 'email', { ip: null, userAgent: null });
    await mfa.verify(pending, mfa.mailed(subject));
    expect(await guess(subject, 2)).toEqual(['invalid_code', 'method_locked']);
    mfa.parts.clock.advance({ seconds: 15 * MINUTE_SECONDS });
    await mfa.signIn(subject, mfa.totp(secret));
    expect(await guess(subject, 10)).not.toContain('method_locked');
  });

  it('does not forgive a method by a backup code', async () => {
    const subject = newUser();
    const { backupCodes } = await mfa.enrolApp(subject);
    await guess(subject, 9);
    await mfa.signIn(subject, backupCodes[0] ?? '');
    expect(await guess(subject, 2)).toEqual(['invalid_code', 'method_locked']);
  });

  it('opens again for a right proof that was the last attempt before a lock', async () => {
    const subject = newUser();
    const { secret, backupCodes } = await mfa.enrolApp(subject);
    await guess(subject, 9);
    await mfa.signIn(subject, backupCodes[0] ?? '');
    await mfa.signIn(subject, mfa.totp(secret));
    expect(await guess(subject, 1)).toEqual(['invalid_code']);
  });

  it('counts an attempt before it is judged, so a process that dies still counts', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    await mfa.parts.dataSource.query(
      `UPDATE mfa_methods SET state_version = 99 WHERE user_id = $1`,
      [subject.id],
    );
    const attempts: AttemptStore = mfa.parts.get(AttemptStore);
    const dead = jest.spyOn(attempts, 'giveBack').mockRejectedValueOnce(new Error('dead'));
    await expect(mfa.verify(pending, '000000')).rejects.toThrow('not the state');
    dead.mockRestore();
    expect(await mfa.count('mfa_methods', `user_id = '${subject.id}' AND failures = 1`)).toBe(1);
  });

  it('spends nothing on a proof that is not one', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    const client = { ip: null, userAgent: null };
    for (const proof of [{}, { code: [] }, { code: '' }, { pin: '1' }]) {
      await expect(mfa.parts.login.verify(claims, proof, client)).rejects.toMatchObject({
        code: 'validation_failed',
      });
    }
    expect(
      await mfa.count(
        'mfa_challenges',
        `user_id = '${subject.id}' AND purpose = 'login' AND attempts = 0`,
      ),
    ).toBe(1);
  });

  it('tells and records a lock once', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await guess(subject, 12);
    const types = await mfa.eventTypes(subject);
    expect(types.filter((type) => type === 'second_factor_failed')).toHaveLength(10);
    expect(types.filter((type) => type === 'method_locked')).toHaveLength(1);
    const told = mfa.parts.listener.events.filter((event) => event.subject.id === subject.id);
    expect(told.map(({ type }) => type)).toEqual(types);
  });
});
