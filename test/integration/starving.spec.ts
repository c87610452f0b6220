import { jest } from '@jest/globals';
import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { BackupCodes } from '../../src/mfa/core/ceremony/backup-codes.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('a right proof while another session changes the method without end', () => {
  let mfa: MfaHarness;
  let users = 0;
  let renames = 0;

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());
  afterEach(() => jest.restoreAllMocks());

  /** Gives the app of a subject another label. */
  async function renameApp(subject: Subject): Promise<void> {
    const actor = mfa.actor(subject);
    const [app] = await mfa.parts.methods.list(actor);
    // What `details` of a method with several authenticators holds.
    const [first] = app?.details['authenticators'] as unknown as { id: string }[];
    const label = `Phone ${(renames += 1)}`;
    await mfa.parts.methods.renameAuthenticator(actor, first?.id ?? '', label);
  }

  /**
   * Changes the method after each reading of an attempt. One that is read behind the account's lock
   * is followed by a change that has to wait.
   *
   * @returns the changes that waited
   */
  function renameAfterEachReading(subject: Subject): Promise<void>[] {
    const waiting: Promise<void>[] = [];
    const attempts: AttemptStore = mfa.parts.get(AttemptStore);
    const [spend, reload] = [attempts.spend.bind(attempts), attempts.reload.bind(attempts)];
    jest.spyOn(attempts, 'spend').mockImplementation(async (request) => {
      const spent = await spend(request);
      await renameApp(subject);
      return spent;
    });
    jest.spyOn(attempts, 'reload').mockImplementation(async (spent, now, transaction) => {
      const reloaded = await reload(spent, now, transaction);
      if (transaction === undefined) await renameApp(subject);
      else waiting.push(renameApp(subject));
      return reloaded;
    });
    return waiting;
  }

  async function enrolled() {
    const subject = mfa.parts.subjects.add(`starving${++users}`);
    return { subject, ...(await mfa.enrolApp(subject)) };
  }

  const failuresOf = ({ id }: Subject) =>
    mfa.count('mfa_methods', `user_id = '${id}' AND failures > 0`);

  it('signs in by a code', async () => {
    const { subject, secret } = await enrolled();
    const waiting = renameAfterEachReading(subject);
    await expect(mfa.signIn(subject, mfa.totp(secret))).resolves.toHaveProperty('access');
    await Promise.all(waiting);
    expect(waiting).toHaveLength(1);
    expect(await failuresOf(subject)).toBe(0);
    jest.restoreAllMocks();
    await expect(mfa.signIn(subject, mfa.totp(secret))).rejects.toMatchObject({
      code: 'invalid_code',
    });
  });

  it('signs in by a backup code, which is compared with its hash once', async () => {
    const { subject, backupCodes } = await enrolled();
    const matches = jest.spyOn(mfa.parts.get(BackupCodes), 'matches');
    const waiting = renameAfterEachReading(subject);
    await expect(mfa.signIn(subject, backupCodes[0] ?? '')).resolves.toHaveProperty('access');
    await Promise.all(waiting);
    expect(matches).toHaveBeenCalledTimes(1);
    expect(await mfa.parts.backupCodes.count(mfa.actor(subject))).toMatchObject({ remaining: 4 });
  });

  it('makes new backup codes', async () => {
    const { subject, secret } = await enrolled();
    const waiting = renameAfterEachReading(subject);
    const codes = await mfa.parts.backupCodes.regenerate(mfa.actor(subject), {
      code: mfa.totp(secret),
    });
    await Promise.all(waiting);
    jest.restoreAllMocks();
    await expect(mfa.signIn(subject, codes[0] ?? '')).resolves.toHaveProperty('access');
  });
});
