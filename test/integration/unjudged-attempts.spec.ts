import { jest } from '@jest/globals';
import { type Actor } from '../../src/mfa/core/access/actor.js';
import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { BackupCodes } from '../../src/mfa/core/ceremony/backup-codes.js';
import { MfaError } from '../../src/mfa/contract/errors.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { StepUpService } from '../../src/mfa/core/login/step-up.service.js';
import { EventStore } from '../../src/mfa/core/ports/event-store.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

/** One proof of somebody whose app is active. */
interface Proving {
  readonly subject: Subject;
  readonly actor: Actor;
  readonly right: () => string;
}

type Prove = (given: Proving, code: string) => Promise<unknown>;

describe('an attempt that is not judged wrong', () => {
  let mfa: MfaHarness;
  let users = 0;

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());
  afterEach(() => jest.restoreAllMocks());

  async function enrolled(): Promise<Proving & { readonly backupCodes: readonly string[] }> {
    const subject = mfa.parts.subjects.add(`unjudged${++users}`);
    const { secret, backupCodes } = await mfa.enrolApp(subject);
    const actor = { ...mfa.actor(subject), sessionId: 's1' };
    return { subject, actor, backupCodes, right: () => mfa.totp(secret) };
  }

  /** All that is counted of a subject: on challenges, methods, account and sessions. */
  async function countedOf({ id }: Subject): Promise<number> {
    const [row] = await mfa.parts.dataSource.query<{ counted: number }[]>(
      `SELECT ((SELECT coalesce(sum(attempts), 0) FROM mfa_challenges WHERE user_id = $1 AND consumed_at IS NULL)
        + (SELECT coalesce(sum(failures), 0) FROM mfa_methods WHERE user_id = $1)
        + (SELECT coalesce(sum(failures), 0) FROM mfa_accounts WHERE user_id = $1)
        + (SELECT coalesce(sum(failures), 0) FROM mfa_session_attempts WHERE user_id = $1))::int AS counted`,
      [id],
    );
    return row?.counted ?? -1;
  }

  const stepUp: Prove = async ({ actor }, code) => {
    const service = mfa.parts.get(StepUpService);
    const { ephemeralToken } = await service.begin(actor, undefined, CLIENT);
    const claims = mfa.parts.ephemeralTokens.verify(ephemeralToken, 'step_up');
    return (await service.verify(claims, { code }, CLIENT)).tokens;
  };
  const signIn: Prove = ({ subject }, code) => mfa.signIn(subject, code);
  const regenerate: Prove = ({ actor }, code) => mfa.parts.backupCodes.regenerate(actor, { code });
  /** Another app, by its own code, whatever code is given. */
  const confirm: Prove = async ({ actor }) => {
    const app = { handler: 'app', fields: { label: 'Phone' } };
    const { setupData } = await mfa.parts.enrolment.setUp(actor, app);
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    return mfa.parts.enrolment.confirm(actor, { handler: 'app', proof });
  };
  const attempts = (): AttemptStore => mfa.parts.get(AttemptStore);
  const events = (): EventStore => mfa.parts.get(EventStore);
  const failing = async () => Promise.reject(new Error('broken'));
  const breakings: Record<string, () => unknown> = {
    'no token can be made': () =>
      jest.spyOn(mfa.parts.tokens, 'issue').mockImplementationOnce(failing),
    'the line for slow hashes is full': () =>
      jest.spyOn(mfa.parts.get(BackupCodes), 'seal').mockImplementationOnce(failing),
    'it cannot be committed': () =>
      jest.spyOn(attempts(), 'settle').mockImplementationOnce(failing),
  };

  it.each<[string, keyof typeof breakings, Prove]>([
    ['a login', 'no token can be made', signIn],
    ['a login', 'it cannot be committed', signIn],
    ['a step-up', 'no token can be made', stepUp],
    ['a step-up', 'it cannot be committed', stepUp],
    ['a change', 'the line for slow hashes is full', regenerate],
    ['a change', 'it cannot be committed', regenerate],
    ['a confirmation', 'it cannot be committed', confirm],
  ])('of %s is given back where %s', async (_, breaking, prove) => {
    const given = await enrolled();
    breakings[breaking]?.();
    await expect(prove(given, given.right())).rejects.toThrow('broken');
    expect(await countedOf(given.subject)).toBe(0);
    await expect(prove(given, given.right())).resolves.not.toThrow();
  });

  it.each<[string, Prove]>([
    ['a login', signIn],
    ['a step-up', stepUp],
  ])('by a backup code of %s is given back where no token can be made', async (_, prove) => {
    const given = await enrolled();
    breakings['no token can be made']?.();
    const [code = ''] = given.backupCodes;
    await expect(prove(given, code)).rejects.toThrow('broken');
    expect(await countedOf(given.subject)).toBe(0);
    await expect(prove(given, code)).resolves.toHaveProperty('access');
  });

  it('of a right code is no guess at the next method, where something else stood in its way', async () => {
    const given = await enrolled();
    await mfa.enrolEmail(given.subject);
    const full = jest
      .spyOn(mfa.parts.get(BackupCodes), 'seal')
      .mockRejectedValueOnce(new MfaError('rate_limited'));
    await mfa.parts.asking.send(given.actor, 'email');
    const right = given.right();
    await expect(regenerate(given, right)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(full).toHaveBeenCalledTimes(1);
    expect(await countedOf(given.subject)).toBe(0);
    expect(await mfa.eventTypes(given.subject)).not.toContain('second_factor_failed');
    await expect(regenerate(given, right)).resolves.toHaveLength(5);
    await expect(regenerate(given, mfa.mailed(given.subject))).resolves.toHaveLength(5);
  });

  it('of a confirmation that takes a fresh proof is given back', async () => {
    const given = await enrolled();
    const stale = { ...given, actor: { ...given.actor, amr: ['pwd'] } };
    await expect(confirm(stale, '')).rejects.toMatchObject({ code: 'fresh_proof_required' });
    expect(await countedOf(given.subject)).toBe(0);
  });

  it.each<[string, Prove]>([
    ['a login', signIn],
    ['a step-up', stepUp],
    ['a change', regenerate],
  ])('is not the wrong one of %s, also where nothing can be told of it', async (_, prove) => {
    const given = await enrolled();
    jest.spyOn(events(), 'append').mockImplementationOnce(failing);
    await expect(prove(given, '000000')).rejects.toThrow('broken');
    expect(await countedOf(given.subject)).toBeGreaterThanOrEqual(2);
  });

  it('is given back to each of the losers of a race, and nothing of what was wrong before', async () => {
    const given = await enrolled();
    const pending = await mfa.begin(given.subject);
    await expect(mfa.verify(pending, '000000')).rejects.toMatchObject({ code: 'invalid_code' });
    const others = await mfa.begin(given.subject);
    await expect(mfa.verify(others, '111111')).rejects.toMatchObject({ code: 'invalid_code' });
    const [code = ''] = given.backupCodes;
    const both = await Promise.allSettled([mfa.verify(pending, code), mfa.verify(pending, code)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const failures = `user_id = '${given.subject.id}' AND failures = 2`;
    expect(await mfa.count('mfa_methods', failures)).toBe(1);
    expect(await mfa.count('mfa_accounts', failures)).toBe(1);
  });
});
