import { SessionAttempts } from '../../src/mfa/core/ceremony/session-attempts.js';
import { MfaRetention } from '../../src/mfa/persistence/retention/mfa-retention.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { plansOf } from '../support/plans.js';
import { rememberWithin } from '../support/remember-within.js';

const HOUR = { seconds: 3600 };
const DAY_SECONDS = 86_400;

describe('the clean-up of the library', () => {
  let mfa: MfaHarness;
  let cleanUp: MfaRetention;

  beforeEach(async () => {
    mfa = await startMfa();
    cleanUp = mfa.parts.get(MfaRetention);
  });
  afterEach(() => mfa.stop());

  const run = (maxRows = 1000) => cleanUp.run({ now: mfa.parts.clock.now(), maxRows });

  it('deletes challenges and counts of sent codes that are over, and nothing else', async () => {
    const subject = mfa.parts.subjects.add('keeper');
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await mfa.begin(subject);
    const [methods, codes] = [await mfa.count('mfa_methods'), await mfa.count('mfa_backup_codes')];
    const events = await mfa.count('mfa_events');
    const challenges = await mfa.count('mfa_challenges');
    expect(await run()).toMatchObject({ mfa_challenges: 0, mfa_send_budgets: 0 });
    mfa.parts.clock.advance(HOUR);
    mfa.parts.clock.advance(HOUR);
    expect(await run()).toMatchObject({ mfa_challenges: challenges, mfa_send_budgets: 4 });
    expect(await mfa.count('mfa_challenges')).toBe(0);
    expect(await mfa.count('mfa_methods')).toBe(methods);
    expect(await mfa.count('mfa_backup_codes')).toBe(codes);
    expect(await mfa.count('mfa_events')).toBe(events);
    expect(await mfa.count('mfa_accounts')).toBe(1);
  });

  it('forgets no failure and no lock', async () => {
    const subject = mfa.parts.subjects.add('locked');
    await mfa.enrolApp(subject);
    for (let failures = 0; failures < 10; failures++) {
      await expect(mfa.signIn(subject, '000000')).rejects.toThrow();
    }
    const locked = 'locked_until IS NOT NULL AND failures = 10';
    expect(await mfa.count('mfa_methods', locked)).toBe(1);
    mfa.parts.clock.advance({ seconds: 48 * 3600 });
    await run();
    expect(await mfa.count('mfa_methods', locked)).toBe(1);
    expect(await mfa.count('mfa_accounts', 'failures = 10')).toBe(1);
  });

  it('forgets what a session has guessed 30 days after its last guess', async () => {
    const actor = mfa.actor(mfa.parts.subjects.add('guesser'));
    const guess = { subject: mfa.parts.subjects.add('guesser'), factor: 'x', client: actor.client };
    const wrong = (sessionId: string) =>
      mfa.parts.get(SessionAttempts).judge({ ...guess, sessionId }, async () => false);
    await wrong('early');
    await wrong('late');
    mfa.parts.clock.advance({ seconds: 30 * DAY_SECONDS - 1 });
    await wrong('late');
    expect(await run()).toMatchObject({ mfa_session_attempts: 0 });
    mfa.parts.clock.advance({ seconds: 1 });
    expect(await run()).toMatchObject({ mfa_session_attempts: 1 });
    expect(await mfa.count('mfa_session_attempts', `session_id = 'late' AND failures = 2`)).toBe(1);
  });

  it('deletes devices an hour after they are forgotten', async () => {
    const subject = mfa.parts.subjects.add('remembered');
    const { id } = await rememberWithin(mfa, subject);
    mfa.parts.clock.advance({ seconds: 15 * DAY_SECONDS + 3599 });
    expect(await run()).toMatchObject({ mfa_devices: 0 });
    expect(await mfa.count('mfa_devices', `id = '${id}'`)).toBe(1);
    mfa.parts.clock.advance({ seconds: 1 });
    expect(await run()).toMatchObject({ mfa_devices: 1 });
  });

  it('deletes no more than it may, the oldest first', async () => {
    await challengesThatEnded(mfa, 7);
    expect(await run(5)).toMatchObject({ mfa_challenges: 5 });
    expect(await mfa.count('mfa_challenges', `id IN ('c6', 'c7')`)).toBe(2);
    expect(await run(5)).toMatchObject({ mfa_challenges: 2 });
  });

  it('deletes deliveries that were given up, 30 days later, and none that waits', async () => {
    await deliveries(mfa, 7, true);
    await deliveries(mfa, 2, false);
    mfa.parts.clock.advance({ seconds: 30 * DAY_SECONDS - 1 });
    expect(await run()).toMatchObject({ mfa_outbox: 0 });
    mfa.parts.clock.advance({ seconds: 5 });
    expect(await run(5)).toMatchObject({ mfa_outbox: 5 });
    expect(await mfa.count('mfa_outbox', `failed_at IS NOT NULL AND event_seq IN (6, 7)`)).toBe(2);
    mfa.parts.clock.advance({ seconds: 365 * DAY_SECONDS });
    expect(await run()).toMatchObject({ mfa_outbox: 2 });
    expect(await mfa.count('mfa_outbox', 'failed_at IS NULL')).toBe(2);
  });

  it('lets an open login go on while it runs', async () => {
    const subject = mfa.parts.subjects.add('amid');
    const { secret } = await mfa.enrolApp(subject);
    await challengesThatEnded(mfa, 1500);
    const pending = await mfa.begin(subject);
    const [answer, cleaned] = await Promise.all([
      mfa.verify(pending, mfa.totp(secret)),
      run(10_000),
    ]);
    expect(answer).toHaveProperty('access');
    expect(cleaned).toMatchObject({ mfa_challenges: 1500 });
  });

  it('can run twice at once: each row is deleted by one', async () => {
    await challengesThatEnded(mfa, 1500);
    const both = await Promise.all([run(10_000), run(10_000)]);
    const deleted = both.map(({ mfa_challenges: count = 0 }) => count);
    expect(deleted.reduce((sum, count) => sum + count)).toBe(1500);
  });

  it('leaves a row alone that somebody is at', async () => {
    if (!mfa.parts.isConcurrent) return;
    await challengesThatEnded(mfa, 3);
    await mfa.parts.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT 1 FROM mfa_challenges WHERE id = 'c2' FOR UPDATE`);
      expect(await run()).toMatchObject({ mfa_challenges: 2 });
    });
    expect(await run()).toMatchObject({ mfa_challenges: 1 });
  });

  it('finds what it deletes by an index', async () => {
    await challengesThatEnded(mfa, 1);
    const plans = await plansOf(mfa.parts.dataSource, () => run());
    expect(plans).toEqual([
      expect.stringContaining('Index Scan using mfa_challenges_expires_at_idx'),
      expect.stringContaining('Index Scan using mfa_send_budgets_window_started_at_idx'),
      expect.stringContaining('Index Scan using mfa_session_attempts_last_failed_at_idx'),
      expect.stringContaining('Index Scan using mfa_spent_nonces_expires_at_idx'),
      expect.stringContaining('Index Scan using mfa_devices_expires_at_idx'),
      expect.stringContaining('Index Scan using mfa_outbox_failed_at_idx'),
      expect.stringContaining('Index Scan using mfa_changes_at_idx'),
    ]);
  });
});

/** Challenges c1, c2, …, of which the first ended first, all of them days ago. */
async function challengesThatEnded(mfa: MfaHarness, count: number): Promise<void> {
  await mfa.parts.dataSource.query(
    `INSERT INTO mfa_challenges (user_id, id, purpose, method_id, handler, proofs,
       credentials_version, created_at, expires_at, account_version)
     SELECT 'u' || n, 'c' || n, 'login', gen_random_uuid(), 'app', '[]', '1',
       $2::timestamptz - interval '3 days', $2::timestamptz - interval '2 days' + n * interval '1 second',
       1
     FROM generate_series(1, $1::int) AS n`,
    [count, mfa.parts.clock.now()],
  );
}

/** Deliveries 1, 2, …, given up one second after the other from now on, or waiting. */
async function deliveries(mfa: MfaHarness, count: number, isGivenUp: boolean) {
  await mfa.parts.dataSource.query(
    `INSERT INTO mfa_outbox (user_id, id, consumer, event_id, event_seq, event_hash, payload,
       next_attempt_at, created_at, failed_at)
     SELECT 'u', gen_random_uuid(), 'notices', gen_random_uuid(), n, '', '', $2, $2,
       CASE WHEN $3 THEN $2::timestamptz + (n - 1) * interval '1 second' END
     FROM generate_series(1, $1::int) AS n`,
    [count, mfa.parts.clock.now(), isGivenUp],
  );
}
