import { jest } from '@jest/globals';
import { MfaError } from '../../src/mfa/contract/errors.js';
import { addSeconds } from '../../src/mfa/contract/clock.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { PasskeyTokens } from '../../src/mfa/core/keys/passkey-token.js';
import { PasskeyLogin } from '../../src/mfa/core/login/passkey-login.js';
import { MfaAccounts } from '../../src/mfa/core/methods/accounts.js';
import { MfaRetention } from '../../src/mfa/persistence/retention/mfa-retention.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { makeHandler, ORIGIN } from '../support/webauthn-desk.js';

const VERIFIED = { isVerified: true };

describe('a login that begins with a passkey', () => {
  let mfa: MfaHarness;
  let users = 0;

  beforeAll(async () => {
    mfa = await startMfa({ handlers: [makeHandler()] });
  });
  afterAll(() => mfa.stop());
  afterEach(() => jest.restoreAllMocks());

  async function enrolled(): Promise<{ subject: Subject; key: SoftwareAuthenticator }> {
    const subject = mfa.parts.subjects.add(`passkey${++users}`);
    const actor = mfa.actor(subject);
    const key = new SoftwareAuthenticator(ORIGIN, VERIFIED);
    const handler = 'webauthn';
    const { setupData } = await mfa.parts.enrolment.setUp(actor, { handler, fields: {} });
    const proof = { credential: key.create(setupData) };
    await mfa.parts.enrolment.confirm(actor, { handler, proof });
    return { subject, key };
  }

  const service = () => mfa.parts.get(PasskeyLogin);

  /** A request by this key, for one login. */
  function requestBy(key: SoftwareAuthenticator) {
    const { ephemeralToken, challenge } = service().begin();
    const proof = { credential: key.get(challenge) };
    return (admit: () => Promise<void> = async () => {}) =>
      service().verify({ ephemeralToken, proof, provider: 'passkey', admit }, CLIENT);
  }

  const counts = async () => [
    await mfa.count('mfa_spent_nonces'),
    await mfa.count('host_sessions'),
  ];

  it('writes nonce, session and events in one commit, and tells of them', async () => {
    const { subject, key } = await enrolled();
    const [nonces = 0, sessions = 0] = await counts();
    mfa.parts.tokens.further = ['new_device_seen'];
    const { subject: found, outcome } = await requestBy(key)();
    mfa.parts.tokens.further = [];
    expect([found.id, outcome.kind]).toEqual([subject.id, 'passed']);
    expect(await counts()).toEqual([nonces + 1, sessions + 1]);
    const events = ['second_factor_succeeded', 'login_succeeded', 'new_device_seen'];
    expect((await mfa.eventTypes(subject)).slice(-3)).toEqual(events);
    expect(mfa.parts.listener.events.slice(-3).map(({ type }) => type)).toEqual(events);
    expect(mfa.parts.tokens.passed.at(-1)).toMatchObject({
      provider: 'passkey',
      amr: ['pop', 'user', 'uv', 'mfa'],
    });
  });

  it('stays open where the host does not admit it, or makes no tokens', async () => {
    const { key } = await enrolled();
    const before = await counts();
    const request = requestBy(key);
    const full = () => Promise.reject(new MfaError('rate_limited'));
    await expect(request(full)).rejects.toMatchObject({ code: 'rate_limited' });
    jest.spyOn(mfa.parts.tokens, 'issue').mockRejectedValueOnce(new Error('no tokens'));
    await expect(request()).rejects.toThrow('no tokens');
    expect(await counts()).toEqual(before);
    expect((await request()).outcome.kind).toBe('passed');
  });

  it('commits nothing where a row that the host requires is missing', async () => {
    const { key } = await enrolled();
    const before = await counts();
    const request = requestBy(key);
    const { tokens } = mfa.parts;
    const issue = tokens.issue.bind(tokens);
    jest.spyOn(tokens, 'issue').mockImplementationOnce(async (passed) => {
      const missing = { id: '00000000-0000-7000-8000-000000000000' };
      const update = { table: 'host_sessions', key: missing, set: { amr: [] }, isRequired: true };
      return { ...(await issue(passed)), rowUpdates: [update] };
    });
    await expect(request()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await counts()).toEqual(before);
    expect((await request()).outcome.kind).toBe('passed');
  });

  it('is judged again behind the lock: of a subject who is disabled meanwhile', async () => {
    const { subject, key } = await enrolled();
    const before = await counts();
    const disable = async () => {
      mfa.parts.subjects.add(subject.id, { isEnabled: false });
    };
    await expect(requestBy(key)(disable)).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(await counts()).toEqual(before);
  });

  it('is judged again behind the lock: by a key that was used meanwhile', async () => {
    const { subject, key } = await enrolled();
    const request = requestBy(key);
    const later = requestBy(key);
    const refused = request(async () => {
      await later();
    });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect((await mfa.eventTypes(subject)).at(-1)).toBe('second_factor_failed');
    expect(mfa.parts.listener.events.at(-1)?.detail).toEqual({
      purpose: 'login',
      reason: 'sign_count_fell',
    });
  });

  it('is over for a handler that is gone', async () => {
    const { key } = await enrolled();
    const { challenge } = service().begin();
    const expiresAt = addSeconds(mfa.parts.clock.now(), 60);
    const claims = { handler: 'gone', nonce: 'AAAA' };
    const ephemeralToken = mfa.parts.get(PasskeyTokens).sign(claims, expiresAt);
    const proof = { credential: key.get(challenge) };
    const request = { ephemeralToken, proof, provider: 'passkey', admit: async () => {} };
    await expect(service().verify(request, CLIENT)).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('finds nobody once everything of the subject is forgotten', async () => {
    const { subject, key } = await enrolled();
    expect(await mfa.count('mfa_subject_handles', `user_id = '${subject.id}'`)).toBe(1);
    await mfa.parts.get(MfaAccounts).forget(subject.id);
    expect(await mfa.count('mfa_subject_handles', `user_id = '${subject.id}'`)).toBe(0);
    await expect(requestBy(key)()).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('can be found by a key from before handles were kept, once it is used', async () => {
    const { subject, key } = await enrolled();
    const ofSubject = `user_id = '${subject.id}'`;
    await mfa.parts.dataSource.query(`UPDATE mfa_methods SET state_version = 1 WHERE ${ofSubject}`);
    await mfa.parts.dataSource.query(`DELETE FROM mfa_subject_handles WHERE ${ofSubject}`);
    const { ephemeralToken, challenge } = await mfa.begin(subject);
    const claims = mfa.parts.ephemeralTokens.verify(ephemeralToken);
    const credential = key.get(challenge ?? {});
    await mfa.parts.login.verify(claims, { credential }, CLIENT);
    expect(await mfa.count('mfa_subject_handles', ofSubject)).toBe(1);
    // Nobody recorded that its registration verified a person, and there is no other method.
    await expect(requestBy(key)()).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('keeps a spent nonce for an hour beyond its token', async () => {
    const { key } = await enrolled();
    const run = async () => {
      const scope = { now: mfa.parts.clock.now(), maxRows: 1000 };
      return (await mfa.parts.get(MfaRetention).run(scope)).mfa_spent_nonces;
    };
    mfa.parts.clock.advance({ seconds: 86_400 });
    await run();
    await requestBy(key)();
    mfa.parts.clock.advance({ seconds: 900 + 3600 - 1 });
    expect(await run()).toBe(0);
    mfa.parts.clock.advance({ seconds: 1 });
    expect(await run()).toBe(1);
  });
});

it('asks for no passkey where no handler has any', async () => {
  const mfa = await startMfa();
  expect(() => mfa.parts.get(PasskeyLogin).begin()).toThrow(
    expect.objectContaining({ code: 'method_not_found' }),
  );
  await mfa.stop();
});
