import { jest } from '@jest/globals';
import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { MfaAccounts } from '../../src/mfa/core/methods/accounts.js';
import { BackupCodes } from '../../src/mfa/core/ceremony/backup-codes.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { EnrolmentStore } from '../../src/mfa/core/methods/enrolments.js';
import { MethodStore, UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { afterNextReading } from '../support/after-next-reading.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('what happens between a reading and the write that follows it', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`interleaved${++users}`);

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());
  afterEach(() => jest.restoreAllMocks());

  async function withBoth(): Promise<Subject> {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    return subject;
  }

  it('a set-up does not replace a method that became active meanwhile', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const { setupData } = await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    const code = mfa.totp(String(setupData['secret']));
    afterNextReading(mfa, () =>
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } }),
    );
    await expect(
      mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} }),
    ).rejects.toMatchObject({
      code: 'method_exists',
    });
    expect(await mfa.begin(subject)).toMatchObject({ method: 'app' });
  });

  it('a set-up leaves the backup codes that another method made live meanwhile', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const first = await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    const code = mfa.totp(String(first.setupData['secret']));
    afterNextReading(mfa, () =>
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } }),
    );
    const second = await mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    expect(second).toMatchObject({ backupCodes: [], backupCodesRemaining: 5 });
    await expect(mfa.signIn(subject, first.backupCodes[0] ?? '')).resolves.toHaveProperty('access');
  });

  it('a set-up makes backup codes when the last active method is deleted meanwhile', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    afterNextReading(mfa, () => mfa.parts.removal.method(actor, 'app', null));
    const email = await mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    expect(email.backupCodes).toHaveLength(5);
    const proof = { code: mfa.mailed(subject) };
    await mfa.parts.enrolment.confirm(actor, { handler: 'email', proof });
    await expect(mfa.signIn(subject, email.backupCodes[0] ?? '')).resolves.toHaveProperty('access');
  });

  it('a set-up of another authenticator does not forget what a proof has spent meanwhile', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    mfa.nextStep();
    const code = mfa.totp(secret);
    afterNextReading(mfa, () => mfa.signIn(subject, code));
    const phone = { handler: 'app', fields: { label: 'Phone' } };
    await expect(mfa.parts.enrolment.setUp(mfa.actor(subject), phone)).resolves.toBeDefined();
    await expect(mfa.signIn(subject, code)).rejects.toMatchObject({ code: 'invalid_code' });
  });

  it('a set-up that is decided anew makes no other backup codes, for which others would wait', async () => {
    const subject = newUser();
    const seal = jest.spyOn(mfa.parts.get(BackupCodes), 'seal');
    afterNextReading(mfa, () =>
      mfa.parts.get(UnitOfWork).runForAccount(subject.id, () => Promise.resolve()),
    );
    const app = { handler: 'app', fields: {} };
    const { backupCodes } = await mfa.parts.enrolment.setUp(mfa.actor(subject), app);
    expect(backupCodes).toHaveLength(5);
    expect(seal).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['is decided at once', async () => {}],
    [
      'is decided anew',
      (subject: Subject) => mfa.parts.get(UnitOfWork).runForAccount(subject.id, async () => {}),
    ],
  ])('the backup codes of a set-up that %s work, however long they take', async (_, happen) => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const codes = mfa.parts.get(BackupCodes);
    const seal = codes.seal.bind(codes);
    jest.spyOn(codes, 'seal').mockImplementationOnce((...args) => {
      mfa.parts.clock.advance({ seconds: 2 });
      return seal(...args);
    });
    afterNextReading(mfa, () => happen(subject));
    const { setupData, backupCodes } = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: {},
    });
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', proof });
    await expect(mfa.signIn(subject, backupCodes[0] ?? '')).resolves.toHaveProperty('access');
  });

  it('a set-up does not go by what is known of someone else', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const { version } = await mfa.parts.get(MethodStore).read(subject.id);
    const other = { subjectId: 'someone else', subject: newUser() };
    const known = { ...other, methods: [], backupCodesId: null, version };
    const app = { handler: 'app', fields: {}, known };
    await expect(mfa.parts.enrolment.setUp(mfa.actor(subject), app)).rejects.toMatchObject({
      code: 'method_exists',
    });
  });

  it('two authenticators that are confirmed at one moment both work, and one of them is the first', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    const setUp = (label: string) =>
      mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: { label } });
    const [phone, tablet] = [await setUp('Phone'), await setUp('Tablet')];
    const secretOf = ({ setupData }: typeof phone) => String(setupData['secret']);
    const confirm = (set: typeof phone) =>
      mfa.parts.enrolment.confirm(actor, {
        handler: 'app',
        authenticatorId: String(set.authenticatorId),
        proof: { code: mfa.totp(secretOf(set)) },
      });
    const attempts: AttemptStore = mfa.parts.get(AttemptStore);
    const spend = attempts.spend.bind(attempts);
    jest.spyOn(attempts, 'spend').mockImplementationOnce(async (request) => {
      mfa.parts.clock.advance({ seconds: 1 });
      await confirm(tablet);
      return spend(request);
    });
    await confirm(phone);
    const types = (await mfa.eventTypes(subject)).filter((type) => type !== 'method_set_up');
    expect(types).toEqual([
      ...['second_factor_succeeded', 'method_activated'],
      ...['second_factor_succeeded', 'authenticator_added'],
    ]);
    mfa.nextStep();
    for (const set of [phone, tablet]) {
      await expect(mfa.signIn(subject, mfa.totp(secretOf(set)))).resolves.toHaveProperty('access');
    }
  });

  it('a set-up that is not stored behind the lock either is not told of as one that is', async () => {
    const subject = newUser();
    jest.spyOn(mfa.parts.get(EnrolmentStore), 'store').mockResolvedValue(null);
    const app = { handler: 'app', fields: {} };
    await expect(mfa.parts.enrolment.setUp(mfa.actor(subject), app)).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await mfa.eventTypes(subject)).toEqual([]);
  });

  it('a set-up brings nothing back of an account that was forgotten meanwhile', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    afterNextReading(mfa, () => mfa.parts.get(MfaAccounts).forget(subject.id));
    await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: { label: 'Phone' } });
    const [app] = await mfa.parts.methods.list(actor);
    expect(app).toMatchObject({ isActive: false, isSetUp: true });
    expect(app?.details['authenticators']).toHaveLength(1);
  });

  it('an authenticator that was removed meanwhile is not confirmed', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    const { authenticatorId, setupData } = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: {
        label: 'Phone',
      },
    });
    const id = String(authenticatorId);
    afterNextReading(mfa, () => mfa.parts.removal.authenticator(actor, id, null));
    const proof = { code: mfa.totp(String(setupData['secret'])) };
    await expect(
      mfa.parts.enrolment.confirm(actor, { handler: 'app', authenticatorId: id, proof }),
    ).rejects.toMatchObject({ code: 'invalid_code' });
    await expect(mfa.signIn(subject, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('an authenticator that became the last one meanwhile takes its method with it', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    const phone = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: { label: 'Phone' },
    });
    const proof = { code: mfa.totp(String(phone.setupData['secret'])) };
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', proof });
    const [app] = await mfa.parts.methods.list(actor);
    // What `details` of a method with several authenticators holds.
    const [first] = app?.details['authenticators'] as unknown as { id: string }[];
    const id = String(phone.authenticatorId);
    afterNextReading(mfa, () => mfa.parts.removal.authenticator(actor, first?.id ?? '', null));
    await mfa.parts.removal.authenticator(actor, id, null);
    expect((await mfa.parts.methods.list(actor))[0]).toMatchObject({ isSetUp: false });
  });

  it('an authenticator is not taken for the last one when another is confirmed meanwhile', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    const [app] = await mfa.parts.methods.list(actor);
    // What `details` of a method with several authenticators holds.
    const [first] = app?.details['authenticators'] as unknown as { id: string }[];
    const phone = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: { label: 'Phone' },
    });
    const secret = String(phone.setupData['secret']);
    afterNextReading(mfa, () =>
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code: mfa.totp(secret) } }),
    );
    const removal = mfa.parts.removal.authenticator(actor, first?.id ?? '', null);
    await expect(removal).resolves.toBeNull();
    mfa.nextStep();
    await expect(mfa.signIn(subject, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('a login that was cancelled meanwhile is not given another method', async () => {
    const subject = await withBoth();
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    afterNextReading(mfa, () => mfa.parts.login.cancel(claims, CLIENT));
    await expect(mfa.parts.login.changeMethod(claims, 'email', CLIENT)).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('a method that was deleted meanwhile does not become primary', async () => {
    const subject = await withBoth();
    const actor = mfa.actor(subject);
    afterNextReading(mfa, () => mfa.parts.removal.method(actor, 'email', null));
    await expect(mfa.parts.methods.makePrimary(actor, 'email', null)).rejects.toMatchObject({
      code: 'method_not_found',
    });
    expect(await mfa.begin(subject)).toMatchObject({ method: 'app' });
  });

  it('a method that became primary meanwhile is not deactivated', async () => {
    const subject = await withBoth();
    const actor = mfa.actor(subject);
    await mfa.parts.asking.send(actor, 'email');
    const code = mfa.mailed(subject);
    afterNextReading(mfa, () => mfa.parts.methods.makePrimary(actor, 'email', null));
    await expect(mfa.parts.methods.deactivate(actor, 'email', { code })).rejects.toMatchObject({
      code: 'method_is_primary',
    });
    expect(await mfa.begin(subject)).toMatchObject({ method: 'email' });
  });

  it('a method that was deleted meanwhile is not deleted again', async () => {
    const subject = await withBoth();
    const actor = mfa.actor(subject);
    afterNextReading(mfa, () => mfa.parts.removal.method(actor, 'email', null));
    await expect(mfa.parts.removal.method(actor, 'email', null)).rejects.toMatchObject({
      code: 'method_not_found',
      message: 'Method does not exist',
    });
    const deletions = (await mfa.eventTypes(subject)).filter((type) => type === 'method_deleted');
    expect(deletions).toHaveLength(1);
  });

  it('a method that became active meanwhile is not deleted without the code that it takes', async () => {
    const strict = await startMfa({ deleteActiveMethodRequireCode: true });
    const subject = strict.parts.subjects.add('strict');
    const actor = strict.actor(subject);
    const { setupData } = await strict.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    const code = strict.totp(String(setupData['secret']));
    afterNextReading(strict, () =>
      strict.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } }),
    );
    await expect(strict.parts.removal.method(actor, 'app', null)).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect(await strict.begin(subject)).toMatchObject({ method: 'app' });
    await strict.stop();
  });

  it('an authenticator is not removed without the code that its method takes by then', async () => {
    const strict = await startMfa({ deleteActiveMethodRequireCode: true });
    const subject = strict.parts.subjects.add('strict');
    const actor = strict.actor(subject);
    const [phone, tablet] = [
      await strict.parts.enrolment.setUp(actor, { handler: 'app', fields: { label: 'Phone' } }),
      await strict.parts.enrolment.setUp(actor, { handler: 'app', fields: { label: 'Tablet' } }),
    ];
    const authenticatorId = String(tablet.authenticatorId);
    const proof = { code: strict.totp(String(tablet.setupData['secret'])) };
    afterNextReading(strict, () =>
      strict.parts.enrolment.confirm(actor, { handler: 'app', authenticatorId, proof }),
    );
    const removal = strict.parts.removal.authenticator(actor, String(phone.authenticatorId), null);
    await expect(removal).rejects.toMatchObject({ code: 'validation_failed' });
    await strict.stop();
  });

  it('two that make the same method primary are one change, and not an error', async () => {
    const subject = await withBoth();
    const actor = mfa.actor(subject);
    afterNextReading(mfa, () => mfa.parts.methods.makePrimary(actor, 'email', null));
    await mfa.parts.methods.makePrimary(actor, 'email', null);
    expect(await mfa.begin(subject)).toMatchObject({ method: 'email' });
  });
});

describe('moving an open login', () => {
  let mfa: MfaHarness;
  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());

  it('refuses what is unknown, unchanged, or not active, and leaves the login as it was', async () => {
    const subject = mfa.parts.subjects.add('mover');
    const { secret } = await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    const { login } = mfa.parts;
    for (const [method, code] of [
      ['sms', 'method_unknown'],
      ['app', 'method_unchanged'],
      ['email', 'method_not_found'],
    ] as const) {
      await expect(login.changeMethod(claims, method, CLIENT)).rejects.toMatchObject({ code });
    }
    await expect(login.resend(claims, CLIENT)).rejects.toMatchObject({
      code: 'dispatch_not_supported',
    });
    await expect(mfa.verify(pending, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('moves to another method and back', async () => {
    const subject = mfa.parts.subjects.add('wanderer');
    const { secret } = await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    const moved = await mfa.parts.login.changeMethod(claims, 'email', CLIENT);
    expect(moved).toEqual({ method: 'email', challenge: { sent_to: 'w•••@example.org' } });
    const back = await mfa.parts.login.changeMethod(claims, 'app', CLIENT);
    expect(back).toEqual({ method: 'app', challenge: null });
    await expect(mfa.verify(pending, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('does not move to a method that became active after the login was opened', async () => {
    const subject = mfa.parts.subjects.add('early');
    await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    mfa.parts.clock.advance({ seconds: 1 });
    await mfa.enrolEmail(subject);
    await expect(mfa.parts.login.changeMethod(claims, 'email', CLIENT)).rejects.toMatchObject({
      code: 'method_not_found',
    });
  });

  it('does not begin for a subject who is disabled', async () => {
    const subject = mfa.parts.subjects.add('barred', { isEnabled: false });
    await expect(mfa.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT)).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    expect(await mfa.count('host_sessions', `user_id = 'barred'`)).toBe(0);
  });
});
