import { type Subject } from '../../src/mfa/contract/handler.js';
import { type MfaPending } from '../../src/mfa/core/login/login-outcome.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('a pending login dies', () => {
  let mfa: MfaHarness;
  let users = 0;
  let subject: Subject;
  let pending: MfaPending;
  let secret: string;

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());
  beforeEach(async () => {
    subject = mfa.parts.subjects.add(`mortal${++users}`);
    ({ secret } = await mfa.enrolApp(subject));
    await mfa.enrolEmail(subject);
    pending = await mfa.begin(subject);
  });

  const claims = () => mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);

  /** Every use of the ephemeral token is refused. */
  async function expectDead(code: string): Promise<void> {
    const { login } = mfa.parts;
    await expect(mfa.verify(pending, mfa.totp(secret))).rejects.toMatchObject({ code });
    await expect(login.changeMethod(claims(), 'email', CLIENT)).rejects.toMatchObject({
      code,
    });
    await expect(login.resend(claims(), CLIENT)).rejects.toMatchObject({ code });
  }

  it('when its user is disabled', async () => {
    mfa.parts.subjects.add(subject.id, { isEnabled: false });
    await expectDead('invalid_token');
    await expect(mfa.parts.login.cancel(claims(), CLIENT)).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('when its user is deleted', async () => {
    mfa.parts.subjects.remove(subject.id);
    await expectDead('invalid_token');
  });

  it('when the password changes', async () => {
    mfa.parts.subjects.add(subject.id, { credentialsVersion: '2' });
    await expectDead('invalid_token');
  });

  it('when it is cancelled', async () => {
    await mfa.parts.login.cancel(claims(), CLIENT);
    await expectDead('invalid_token');
    await expect(mfa.parts.login.cancel(claims(), CLIENT)).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('when its time is over', async () => {
    const old = claims();
    mfa.parts.clock.advance({ seconds: 900 });
    await expect(mfa.verify(pending, mfa.totp(secret))).rejects.toMatchObject({
      code: 'invalid_token',
    });
    await expect(
      mfa.parts.login.verify(old, { code: mfa.totp(secret) }, CLIENT),
    ).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('when its method is deleted, also when the method comes back', async () => {
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    await expectDead('method_not_found');
    ({ secret } = await mfa.enrolApp(subject));
    await expectDead('method_not_found');
  });

  it('when its method is deactivated, also when the method comes back', async () => {
    mfa.nextStep();
    await mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', null);
    await mfa.parts.methods.deactivate(mfa.actor(subject), 'app', { code: mfa.totp(secret) });
    await expectDead('method_not_found');
    mfa.nextStep();
    await mfa.parts.enrolment.confirm(mfa.actor(subject), {
      handler: 'app',
      proof: { code: mfa.totp(secret) },
    });
    mfa.nextStep();
    await expectDead('method_not_found');
  });

  it('when all challenges of the account are ended', async () => {
    const { MfaAccounts } = await import('../../src/mfa/core/methods/accounts.js');
    await mfa.parts.get(MfaAccounts).endChallenges(subject.id);
    await expectDead('invalid_token');
  });

  it('for everybody but its own user', async () => {
    const other = mfa.parts.subjects.add(`other${users}`);
    const { secret: othersSecret } = await mfa.enrolApp(other);
    const stolen = { ...claims(), subjectId: other.id };
    await expect(
      mfa.parts.login.verify(stolen, { code: mfa.totp(othersSecret) }, CLIENT),
    ).rejects.toMatchObject({ code: 'invalid_token' });
  });
});
