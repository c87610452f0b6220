import { MfaAccounts } from '../../src/mfa/core/methods/accounts.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const CLIENT = { ip: null, userAgent: null };

describe('a first factor', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`user${++users}`);

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());

  it('is named to whoever makes the tokens, with one step and with two', async () => {
    const subject = newUser();
    const first = { subject, amr: ['pwd'], provider: 'front_door' };
    await mfa.parts.login.begin(first, CLIENT);
    expect(mfa.parts.tokens.passed.at(-1)?.provider).toBe('front_door');
    const { secret } = await mfa.enrolApp(subject);
    const outcome = await mfa.parts.login.begin({ ...first, provider: 'back_door' }, CLIENT);
    if (outcome.kind !== 'pending') throw new Error('No second factor was asked for.');
    await mfa.verify(outcome.pending, mfa.totp(secret));
    expect(mfa.parts.tokens.passed.at(-1)?.provider).toBe('back_door');
  });

  it('has no name unless the host gives one', async () => {
    await mfa.parts.login.begin({ subject: newUser(), amr: [] }, CLIENT);
    expect(mfa.parts.tokens.passed.at(-1)?.provider).toBeNull();
  });

  it('that cannot lead on to a second one lets nobody in who has one, and sends nothing', async () => {
    const subject = newUser();
    const first = { subject, amr: [], supportsMfa: false };
    expect(await mfa.parts.login.begin(first, CLIENT)).toMatchObject({ kind: 'passed' });
    await mfa.enrolEmail(subject);
    const before = mfa.parts.inbox.messages.length;
    await expect(mfa.parts.login.begin(first, CLIENT)).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    expect(mfa.parts.inbox.messages).toHaveLength(before);
  });

  it('can be asked whether a second one follows: not before that is active', async () => {
    const [subject, accounts] = [newUser(), mfa.parts.get(MfaAccounts)];
    expect(await accounts.isProtected(subject.id)).toBe(false);
    await mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'app', fields: {} });
    expect(await accounts.isProtected(subject.id)).toBe(false);
    await mfa.enrolApp(subject);
    expect(await accounts.isProtected(subject.id)).toBe(true);
  });
});
