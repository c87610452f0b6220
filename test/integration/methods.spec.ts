import { type Subject } from '../../src/mfa/contract/handler.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('managing methods', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`manager${++users}`);

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());

  it('lists every handler, set up or not, without a secret', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const list = await mfa.parts.methods.list(mfa.actor(subject));
    expect(
      list.map(({ name, isActive, isPrimary, isSetUp }) => [name, isActive, isPrimary, isSetUp]),
    ).toEqual([
      ['app', true, true, true],
      ['email', false, false, false],
    ]);
    expect(JSON.stringify(list)).not.toContain(secret);
  });

  it('makes a method primary where none is, as in a database that a host has brought along', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    await mfa.parts.dataSource.query(
      'UPDATE mfa_methods SET is_primary = false WHERE user_id = $1',
      [subject.id],
    );
    await mfa.parts.methods.makePrimary(actor, 'app', null);
    expect((await mfa.parts.methods.list(actor))[0]).toMatchObject({
      name: 'app',
      isPrimary: true,
    });
  });

  it('replaces a pending set-up: the old secret is dead', async () => {
    const actor = mfa.actor(newUser());
    const first = await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    const second = await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} });
    expect(second.backupCodes).toHaveLength(5);
    expect(second.backupCodes).not.toEqual(first.backupCodes);
    const old = mfa.totp(String(first.setupData['secret']));
    await expect(
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code: old } }),
    ).rejects.toMatchObject({
      code: 'invalid_code',
      message: 'Invalid OTP code',
    });
    const code = mfa.totp(String(second.setupData['secret']));
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } });
    await expect(
      mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: {} }),
    ).rejects.toMatchObject({
      code: 'method_exists',
    });
    await expect(
      mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code } }),
    ).rejects.toMatchObject({
      code: 'method_exists',
    });
  });

  it('shows no new backup codes while a method is active: those take a proof', async () => {
    const subject = newUser();
    const { backupCodes } = await mfa.enrolApp(subject);
    const set = await mfa.parts.enrolment.setUp(mfa.actor(subject), {
      handler: 'email',
      fields: {},
    });
    expect(set).toMatchObject({ backupCodes: [], backupCodesRemaining: 5 });
    for (const code of backupCodes) await mfa.signIn(subject, code);
    const again = await mfa.parts.enrolment.setUp(
      mfa.actor((mfa.parts.clock.advance({ seconds: 60 }), subject)),
      { handler: 'email', fields: {} },
    );
    expect(again).toMatchObject({ backupCodes: [], backupCodesRemaining: 0 });
  });

  it('loses nothing when the mail of a set-up fails, and a retry works', async () => {
    const subject = newUser();
    mfa.parts.inbox.failOnce();
    await expect(
      mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'email', fields: {} }),
    ).rejects.toMatchObject({
      code: 'delivery_failed',
    });
    const set = await mfa.parts.enrolment.setUp(mfa.actor(subject), {
      handler: 'email',
      fields: {},
    });
    expect(set.backupCodes).toHaveLength(5);
    await mfa.parts.enrolment.confirm(mfa.actor(subject), {
      handler: 'email',
      proof: { code: mfa.mailed(subject) },
    });
    expect(await mfa.eventTypes(subject)).toContain('code_not_sent');
  });

  it('opens the door when the mail of a login fails, and a resend works', async () => {
    const subject = newUser();
    await mfa.enrolEmail(subject);
    mfa.parts.inbox.failOnce();
    const pending = await mfa.begin(subject);
    expect(pending.challenge).toEqual({ delivery: 'failed' });
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    await mfa.parts.login.resend(claims, CLIENT);
    await expect(mfa.verify(pending, mfa.mailed(subject))).resolves.toHaveProperty('access');
  });

  it('limits what is sent to one address that is enrolled, over all users', async () => {
    const shared = { addresses: { email: 'shared@example.org' } };
    const sharers = ['sharer0', 'sharer1'].map((id) => mfa.parts.subjects.add(id, shared));
    const setUp = (subject: Subject) =>
      mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'email', fields: {} });
    for (let sent = 0; sent < 5; sent += 1) {
      await setUp(sharers[sent % 2] ?? newUser());
      mfa.parts.clock.advance({ seconds: 31 });
    }
    const third = mfa.parts.subjects.add('sharer2', { addresses: { email: 'Shared@Example.org' } });
    await expect(setUp(third)).rejects.toMatchObject({
      code: 'send_limit',
      extras: { retryAfterSeconds: 3600 - 5 * 31 },
    });
    mfa.parts.clock.advance({ seconds: 3600 });
    await expect(setUp(third)).resolves.toBeDefined();
  });

  it('moves the primary, and does nothing when it is primary already', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', null);
    await mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', null);
    expect((await mfa.begin(subject)).methods.map(({ name }) => name)).toEqual(['email', 'app']);
    const changes = (await mfa.eventTypes(subject)).filter((type) => type === 'primary_changed');
    expect(changes).toHaveLength(1);
  });

  it('makes nothing primary and deactivates nothing that is not active', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    await mfa.enrolApp(subject);
    const { methods, enrolment } = mfa.parts;
    const problem = { code: 'method_not_found', message: 'Requested MFA method does not exist.' };
    for (const setUp of [false, true]) {
      if (setUp) await enrolment.setUp(actor, { handler: 'email', fields: {} });
      await expect(methods.makePrimary(actor, 'email', null)).rejects.toMatchObject(problem);
      await expect(methods.deactivate(actor, 'email', { code: '1' })).rejects.toMatchObject(
        problem,
      );
    }
  });

  it('deactivates by an own code only, never the primary, and a method comes back with its secret', async () => {
    const subject = newUser();
    const { secret, backupCodes } = await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    const actor = mfa.actor(subject);
    const deactivate = (name: string, code: string) =>
      mfa.parts.methods.deactivate(actor, name, { code });
    await expect(deactivate('app', mfa.totp(secret))).rejects.toMatchObject({
      code: 'method_is_primary',
    });
    await mfa.parts.methods.makePrimary(actor, 'email', null);
    await expect(deactivate('app', backupCodes[0] ?? '')).rejects.toMatchObject({
      code: 'invalid_code',
    });
    await deactivate('app', mfa.totp(secret));
    expect((await mfa.begin(subject)).methods.map(({ name }) => name)).toEqual(['email']);
    await expect(deactivate('app', mfa.totp(secret))).rejects.toMatchObject({
      code: 'method_not_found',
    });
    mfa.nextStep();
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', proof: { code: mfa.totp(secret) } });
    expect((await mfa.parts.methods.list(actor))[0]).toMatchObject({
      isActive: true,
      isPrimary: false,
    });
  });

  it('takes a sent code for management only when one was sent for it', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    const actor = mfa.actor(subject);
    await expect(
      mfa.parts.methods.deactivate(actor, 'email', { code: '123456' }),
    ).rejects.toMatchObject({
      code: 'invalid_code',
    });
    await mfa.parts.asking.send(actor, 'email');
    await mfa.parts.methods.deactivate(actor, 'email', { code: mfa.mailed(subject) });
  });

  it('sends nothing for a method that sends nothing, is unknown, or is not set up', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    await expect(mfa.parts.asking.send(actor, 'app')).rejects.toMatchObject({
      code: 'dispatch_not_supported',
    });
    await expect(mfa.parts.asking.send(actor, 'email')).rejects.toMatchObject({
      code: 'method_not_found',
    });
    await expect(mfa.parts.asking.send(actor, 'sms')).rejects.toMatchObject({
      code: 'method_unknown',
    });
  });

  it('sends another code for a pending set-up, and the old one is void', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    await mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    const first = mfa.mailed(subject);
    mfa.parts.clock.advance({ seconds: 31 });
    await mfa.parts.asking.send(actor, 'email');
    const second = mfa.mailed(subject);
    if (first !== second) {
      await expect(
        mfa.parts.enrolment.confirm(actor, { handler: 'email', proof: { code: first } }),
      ).rejects.toMatchObject({
        code: 'invalid_code',
      });
    }
    await mfa.parts.enrolment.confirm(actor, { handler: 'email', proof: { code: second } });
  });

  it('promotes the longest-standing method when the primary is deleted: a login still asks', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    expect(await mfa.begin(subject)).toMatchObject({ method: 'email' });
  });

  it('kills the backup codes with the last method', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    expect(await mfa.parts.backupCodes.count(mfa.actor(subject))).toMatchObject({
      remaining: 0,
      total: 0,
      createdAt: null,
    });
    await expect(mfa.parts.removal.method(mfa.actor(subject), 'app', null)).rejects.toMatchObject({
      code: 'method_not_found',
      message: 'Method does not exist',
    });
  });

  it('regenerates backup codes for the code of any active method', async () => {
    const subject = newUser();
    const actor = mfa.actor(subject);
    await expect(mfa.parts.backupCodes.regenerate(actor, { code: '123456' })).rejects.toMatchObject(
      {
        code: 'method_not_found',
      },
    );
    const old = await mfa.enrolEmail(subject);
    const { secret } = await mfa.enrolApp(subject);
    await expect(mfa.parts.backupCodes.regenerate(actor, { code: old[0] })).rejects.toMatchObject({
      code: 'invalid_code',
    });
    const codes = await mfa.parts.backupCodes.regenerate(actor, { code: mfa.totp(secret) });
    expect(codes).toHaveLength(5);
    expect(await mfa.count('mfa_methods', `user_id = '${subject.id}' AND failures > 0`)).toBe(0);
    await expect(mfa.signIn(subject, old[0] ?? '')).rejects.toMatchObject({ code: 'invalid_code' });
    mfa.parts.clock.advance({ seconds: 31 });
    await expect(mfa.signIn(subject, codes[0] ?? '')).resolves.toHaveProperty('access');
  });

  it('refuses actors who are gone or disabled', async () => {
    const subject = newUser();
    mfa.parts.subjects.add(subject.id, { isEnabled: false });
    await expect(mfa.parts.methods.list(mfa.actor(subject))).rejects.toMatchObject({
      code: 'token_not_valid',
    });
    mfa.parts.subjects.remove(subject.id);
    await expect(mfa.parts.methods.list(mfa.actor(subject))).rejects.toMatchObject({
      code: 'token_not_valid',
    });
  });

  it('writes each change to the audit', async () => {
    const subject = newUser();
    await mfa.enrolApp(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    expect(await mfa.eventTypes(subject)).toEqual([
      'method_set_up',
      'second_factor_succeeded',
      'method_activated',
      'method_deleted',
      'backup_codes_revoked',
    ]);
  });
});

describe('managing methods under stricter settings', () => {
  it('asks for a code of the present primary before it moves', async () => {
    const mfa = await startMfa({ updatePrimaryMethodRequiredPrimaryCode: true });
    const subject = mfa.parts.subjects.add('strict');
    const { secret } = await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    const move = (proof: Record<string, unknown> | null) =>
      mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', proof);
    await expect(move(null)).rejects.toMatchObject({
      code: 'validation_failed',
      extras: { errors: { primary_code: ['This field is required.'] } },
    });
    await expect(move({ code: '000000' })).rejects.toMatchObject({
      message: 'Invalid primary method code',
    });
    await move({ code: mfa.totp(secret) });
    expect(await mfa.begin(subject)).toMatchObject({ method: 'email' });
    await mfa.stop();
  });

  it('asks for a code before an active method is deleted, and none before an inactive one', async () => {
    const mfa = await startMfa({ deleteActiveMethodRequireCode: true });
    const subject = mfa.parts.subjects.add('strict');
    const { secret, backupCodes } = await mfa.enrolApp(subject);
    const remove = (name: string, proof: Record<string, unknown> | null) =>
      mfa.parts.removal.method(mfa.actor(subject), name, proof);
    await mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'email', fields: {} });
    await remove('email', null);
    await expect(remove('app', null)).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(remove('app', { code: '000000' })).rejects.toMatchObject({
      message: 'Invalid OTP code',
    });
    await remove('app', { code: backupCodes[0] ?? mfa.totp(secret) });
    expect(await mfa.count('mfa_methods')).toBe(0);
    expect(await mfa.count('mfa_backup_codes')).toBe(0);
    await mfa.stop();
  });

  it('takes a sent code or a backup code before it deletes a method that sends', async () => {
    const mfa = await startMfa({ deleteActiveMethodRequireCode: true });
    for (const proofOf of ['sent code', 'backup code']) {
      const subject = mfa.parts.subjects.add(`strict ${proofOf}`);
      const [backupCode] = await mfa.enrolEmail(subject);
      if (proofOf === 'sent code') await mfa.parts.asking.send(mfa.actor(subject), 'email');
      const code = proofOf === 'sent code' ? mfa.mailed(subject) : backupCode;
      await mfa.parts.removal.method(mfa.actor(subject), 'email', { code });
    }
    expect(await mfa.count('mfa_methods')).toBe(0);
    await mfa.stop();
  });

  it.each([
    ['preventDeleteActiveMethod', 'delete_active_forbidden'],
    ['preventDeletePrimaryMethod', 'delete_primary_forbidden'],
    ['preventDeleteLastMethod', 'delete_last_forbidden'],
  ])('keeps what %s protects', async (option, code) => {
    const mfa = await startMfa({ [option]: true });
    const subject = mfa.parts.subjects.add('strict');
    await mfa.enrolApp(subject);
    await expect(mfa.parts.removal.method(mfa.actor(subject), 'app', null)).rejects.toMatchObject({
      code,
    });
    expect(await mfa.begin(subject)).toMatchObject({ method: 'app' });
    await mfa.stop();
  });
});
