import { jest } from '@jest/globals';
import { type Actor } from '../../src/mfa/core/access/actor.js';
import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { afterNextReading } from '../support/after-next-reading.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('a session that knows the password alone, beside one that makes the first factor active', () => {
  let mfa: MfaHarness;
  let users = 0;

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());
  afterEach(() => jest.restoreAllMocks());

  /** Both have set an app up, and the guard of either proof has let them pass. */
  async function twoSessions() {
    const subject = mfa.parts.subjects.add(`divided${++users}`);
    const sessionOf = (sessionId: string): Actor => ({
      ...mfa.actor(subject),
      ...{ sessionId, amr: ['pwd'] },
    });
    const [owner, thief] = [sessionOf('owner'), sessionOf('thief')];
    const setUp = async (actor: Actor, label: string) => {
      const set = await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: { label } });
      const secret = String(set.setupData['secret']);
      const id = String(set.authenticatorId);
      const confirm = () =>
        mfa.parts.enrolment.confirm(actor, {
          handler: 'app',
          authenticatorId: id,
          proof: { code: mfa.totp(secret) },
        });
      return { id, secret, confirm };
    };
    const phones = { mine: await setUp(owner, 'Mine'), theirs: await setUp(thief, 'Theirs') };
    return { subject, thief, ...phones };
  }

  it('confirms nothing of its own', async () => {
    const { subject, mine, theirs } = await twoSessions();
    const attempts: AttemptStore = mfa.parts.get(AttemptStore);
    const spend = attempts.spend.bind(attempts);
    jest.spyOn(attempts, 'spend').mockImplementationOnce(async (request) => {
      await mine.confirm();
      return spend(request);
    });
    await expect(theirs.confirm()).rejects.toMatchObject({ code: 'fresh_proof_required' });
    mfa.nextStep();
    await expect(mfa.signIn(subject, mfa.totp(theirs.secret))).rejects.toMatchObject({
      code: 'invalid_code',
    });
    await expect(mfa.signIn(subject, mfa.totp(mine.secret))).resolves.toHaveProperty('access');
  });

  it.each<[string, (given: Awaited<ReturnType<typeof twoSessions>>) => Promise<unknown>]>([
    ['deletes no method', ({ thief }) => mfa.parts.removal.method(thief, 'app', null)],
    [
      'removes no authenticator',
      ({ thief, mine }) => mfa.parts.removal.authenticator(thief, mine.id, null),
    ],
    [
      'renames no authenticator',
      ({ thief, mine }) => mfa.parts.methods.renameAuthenticator(thief, mine.id, 'Other'),
    ],
    [
      'sets no further one up',
      ({ thief }) =>
        mfa.parts.enrolment.setUp(thief, { handler: 'app', fields: { label: 'Further' } }),
    ],
  ])('%s', async (_, change) => {
    const given = await twoSessions();
    const { subject, mine } = given;
    afterNextReading(mfa, () => mine.confirm());
    await expect(change(given)).rejects.toMatchObject({ code: 'fresh_proof_required' });
    mfa.nextStep();
    await expect(mfa.signIn(subject, mfa.totp(mine.secret))).resolves.toHaveProperty('access');
  });
});
