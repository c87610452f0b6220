import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

describe('a two-step login', () => {
  let mfa: MfaHarness;
  let users = 0;
  const newUser = () => mfa.parts.subjects.add(`user${++users}`);

  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());

  it('asks for nothing more where no method is active', async () => {
    const subject = newUser();
    await mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'app', fields: {} });
    const outcome = await mfa.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT);
    expect(outcome).toMatchObject({ kind: 'passed', tokens: { access: expect.any(String) } });
    expect(await mfa.count('host_sessions', `user_id = '${subject.id}'`)).toBe(1);
  });

  it("writes the issuer's changes of rows, too, and nothing where a cookie is none", async () => {
    const subject = newUser();
    await mfa.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT);
    const key = { user_id: subject.id };
    const set = { amr: ['moved'] };
    const rowUpdates = [{ table: 'host_sessions', key, set }];
    const issue = jest.spyOn(mfa.parts.tokens, 'issue');
    issue.mockResolvedValueOnce({ body: {}, rows: [], rowUpdates });
    await mfa.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT);
    const moved = `user_id = '${subject.id}' AND amr = '{moved}'`;
    expect(await mfa.count('host_sessions', moved)).toBe(1);

    const cookies = [{ name: 'not a name', value: 'x' }];
    const unmoved = [{ table: 'host_sessions', key, set: { amr: ['again'] } }];
    issue.mockResolvedValueOnce({ body: {}, rows: [], rowUpdates: unmoved, cookies });
    const refused = mfa.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT);
    await expect(refused).rejects.toThrow('TokenIssuer.issue gave a cookie that is none');
    expect(await mfa.count('host_sessions', moved)).toBe(1);
  });

  it('opens no session by a first factor alone without a row that the issuer requires', async () => {
    const subject = newUser();
    const row = { table: 'host_sessions', key: { user_id: 'nobody' }, set: { amr: ['moved'] } };
    const values = { id: randomUUID(), user_id: subject.id };
    const issue = jest.spyOn(mfa.parts.tokens, 'issue');
    issue.mockResolvedValueOnce({
      body: {},
      rows: [{ table: 'host_sessions', values }],
      rowUpdates: [{ ...row, isRequired: true }],
    });
    const refused = mfa.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT);
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    expect(await mfa.count('host_sessions', `user_id = '${subject.id}'`)).toBe(0);
    expect(await mfa.eventTypes(subject)).toEqual([]);
    issue.mockRestore();
  });

  it('commits nothing without a row that the issuer requires, and the code stays good', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    await mfa.signIn(subject, mfa.totp(secret));
    mfa.parts.clock.advance({ seconds: 30 });
    const code = mfa.totp(secret);
    const update = (amr: string[]) => ({
      table: 'host_sessions',
      key: { user_id: subject.id, amr },
      set: { amr: ['moved'] },
      isRequired: true,
    });
    const issue = jest.spyOn(mfa.parts.tokens, 'issue');
    issue.mockImplementation(async () => ({ body: {}, rows: [], rowUpdates: [update(['other'])] }));
    await expect(mfa.signIn(subject, code)).rejects.toMatchObject({ code: 'unavailable' });
    const moved = `user_id = '${subject.id}' AND amr = '{moved}'`;
    expect(await mfa.count('host_sessions', moved)).toBe(0);

    const present = update(['pwd', 'otp', 'mfa']);
    issue.mockImplementation(async () => ({ body: {}, rows: [], rowUpdates: [present] }));
    await mfa.signIn(subject, code);
    expect(await mfa.count('host_sessions', moved)).toBe(1);
    issue.mockRestore();
  });

  it('records and tells what else the host says happens with it', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    mfa.parts.tokens.further = ['session_displaced'];
    await mfa.verify(await mfa.begin(subject), mfa.totp(secret));
    const plain = newUser();
    await mfa.parts.login.begin({ subject: plain, amr: ['pwd'] }, { ip: null, userAgent: null });
    mfa.parts.tokens.further = [];
    for (const { id } of [subject, plain]) {
      const displaced = `user_id = '${id}' AND type = 'session_displaced'`;
      expect(await mfa.count('mfa_events', displaced)).toBe(1);
    }
    const told = mfa.parts.listener.events.map(({ type }) => type);
    expect(told.filter((type) => type === 'session_displaced')).toHaveLength(2);
  });

  it('ends in tokens for the code of the primary method', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    expect(pending).toMatchObject({ method: 'app', challenge: null });
    const body = await mfa.verify(pending, mfa.totp(secret));
    expect(await mfa.count('host_sessions', `id = '${String(body['access'])}'`)).toBe(1);
    expect(mfa.parts.tokens.passed.at(-1)?.amr).toEqual(['pwd', 'otp', 'mfa']);
  });

  it('refuses the same code and the same challenge a second time', async () => {
    const subject = newUser();
    const { secret } = await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    const code = mfa.totp(secret);
    await mfa.verify(pending, code);
    await expect(mfa.verify(pending, code)).rejects.toMatchObject({ code: 'invalid_token' });
    await expect(mfa.signIn(subject, code)).rejects.toMatchObject({ code: 'invalid_code' });
  });

  it('takes a backup code once', async () => {
    const subject = newUser();
    const { backupCodes } = await mfa.enrolApp(subject);
    const [code = ''] = backupCodes;
    await mfa.signIn(subject, code.toLowerCase());
    await expect(mfa.signIn(subject, code)).rejects.toMatchObject({ code: 'invalid_code' });
    expect(await mfa.parts.backupCodes.count(mfa.actor(subject))).toMatchObject({
      remaining: 4,
      total: 5,
    });
  });

  it('sends the code of a sent method, and only the newest one is right', async () => {
    const subject = newUser();
    await mfa.enrolEmail(subject);
    const pending = await mfa.begin(subject);
    expect(pending.challenge).toEqual({ sent_to: 'u•••@example.org' });
    const first = mfa.mailed(subject);
    const claims = mfa.parts.ephemeralTokens.verify(pending.ephemeralToken);
    mfa.parts.clock.advance({ seconds: 31 });
    await mfa.parts.login.resend(claims, { ip: null, userAgent: null });
    const second = mfa.mailed(subject);
    if (first !== second) {
      await expect(mfa.verify(pending, first)).rejects.toMatchObject({ code: 'invalid_code' });
    }
    await expect(mfa.verify(pending, second)).resolves.toHaveProperty('access');
  });
});
