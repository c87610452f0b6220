import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('setting a method up', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`enrolling${++users}`);

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());

  it('finds the methods of a subject whose account someone has deleted from the database', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    await mfa.parts.dataSource.query(
      `UPDATE mfa_methods SET activated_version = 2147483600 WHERE user_id = $1`,
      [subject.id],
    );
    await mfa.parts.dataSource.query('DELETE FROM mfa_accounts WHERE user_id = $1', [subject.id]);
    const app = { handler: 'app', fields: {} };
    await expect(mfa.parts.enrolment.setUp(mfa.actor(subject), app)).rejects.toMatchObject({
      code: 'method_exists',
    });
    const tablet = { handler: 'app', fields: { label: 'Tablet' } };
    const { backupCodes } = await mfa.parts.enrolment.setUp(mfa.actor(subject), tablet);
    expect(backupCodes).toEqual([]);
    await expect(mfa.signIn(subject, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('has a subject sign in whose account someone has deleted from the database', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    await mfa.parts.dataSource.query('DELETE FROM mfa_accounts WHERE user_id = $1', [subject.id]);
    await expect(mfa.signIn(subject, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('confirms once what is confirmed twice at once, and says so to the other', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const app = { handler: 'app', fields: {} };
    const { setupData } = await mfa.parts.enrolment.setUp(actor, app);
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    const confirm = () =>
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof }).then(
        () => 'confirmed',
        (refusal: unknown) => refusal,
      );
    const outcomes = await Promise.all([confirm(), confirm()]);
    expect(outcomes).toContain('confirmed');
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'method_exists' }));
  });

  it('leaves no backup codes where no method is left, and the codes of a method that is', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    await mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    const { setupData, backupCodes } = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: {},
    });
    await mfa.parts.removal.method(actor, 'email', null);
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', proof });
    await expect(mfa.signIn(subject, backupCodes[0] ?? '')).resolves.toHaveProperty('access');

    const other = newUser();
    await mfa.parts.enrolment.setUp(mfa.actor(other), { handler: 'app', fields: {} });
    await mfa.parts.removal.method(mfa.actor(other), 'app', null);
    expect(await mfa.count('mfa_backup_codes', `user_id = '${other.id}'`)).toBe(0);
  });
});
